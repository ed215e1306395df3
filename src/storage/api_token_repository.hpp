#pragma once

#include "domain/api_token.hpp"
#include "storage/database.hpp"

#include <optional>
#include <vector>

namespace karmen::storage {

/// Table api_tokens. Holds no state of its own. Any thread, blocks; throws what Session throws.
class ApiTokenRepository {
  public:
    explicit ApiTokenRepository(Database& database) : database_(database) {}

    void create(const ApiToken& token);
    /// A user's tokens that are not revoked, oldest first.
    std::vector<ApiToken> list(const Uuid& user);
    /// Revoked ones too.
    std::optional<ApiToken> find(const Uuid& jti);
    /// False when there is no such token or it was revoked before.
    bool revoke(const Uuid& jti);

  private:
    Database& database_;
};

}  // namespace karmen::storage
