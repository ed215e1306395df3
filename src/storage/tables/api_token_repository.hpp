#pragma once

#include "domain/api_token.hpp"
#include "storage/database.hpp"

#include <optional>
#include <string>
#include <vector>

namespace karmen::storage {

/// A token with the name of its user.
struct OwnedApiToken {
    ApiToken token;
    std::string username;
    bool operator==(const OwnedApiToken&) const = default;
};

/// Table api_tokens. Holds no state of its own. Any thread, blocks; throws what Session throws.
class ApiTokenRepository {
  public:
    explicit ApiTokenRepository(Database& database) : database_(database) {}

    void create(const ApiToken& token);
    /// A user's tokens that are not revoked, oldest first.
    std::vector<ApiToken> list(const Uuid& user);
    /// Everybody's tokens or those of one user, revoked ones too, by user name and age.
    std::vector<OwnedApiToken> list_with_users(const std::optional<Uuid>& user);
    /// Also finds revoked tokens.
    std::optional<ApiToken> find(const Uuid& jti);
    /// False when there is no such token or it was revoked before.
    bool revoke(const Uuid& jti);

  private:
    Database& database_;
};

}  // namespace karmen::storage
