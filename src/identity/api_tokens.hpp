#pragma once

#include "base/clock.hpp"
#include "crypto/token.hpp"
#include "domain/access.hpp"
#include "domain/api_token.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/pool.hpp"
#include "storage/tables/api_token_repository.hpp"

#include <string>
#include <vector>

namespace karmen::identity {

/// Tokens without expiry that people give to programs and slicers. Each user sees and revokes only the own tokens. Loop
/// only.
class ApiTokens {
  public:
    ApiTokens(storage::ApiTokenRepository& tokens, const crypto::TokenSigner& signer, const Clock& clock,
              Pool& blocking);

    struct Created {
        ApiToken token;
        std::string access_token;  ///< shown only this once; only its jti is stored
    };
    /// Throws Error(kInvalidInput) for a name that is empty or too long.
    Awaitable<Created> create(Principal owner, std::string name);

    Awaitable<std::vector<ApiToken>> list(Principal owner);

    /// Throws Error: kTokenNotFound (unknown, or revoked already), kNotOwner.
    Awaitable<void> revoke(Principal owner, std::string jti);

  private:
    storage::ApiTokenRepository& tokens_;
    const crypto::TokenSigner& signer_;
    const Clock& clock_;
    Pool& blocking_;
};

}  // namespace karmen::identity
