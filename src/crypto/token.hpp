#pragma once

#include "base/clock.hpp"
#include "base/uuid.hpp"

#include <boost/json/fwd.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace karmen::crypto {

inline constexpr std::size_t kTokenBytesMax = std::size_t{8} * 1024;

enum class TokenType { kAccess, kRefresh };

/// What clients read from a token for their pages. It gives no rights: the account decides.
struct UserClaims {
    std::string role;
    std::string username;
    std::optional<bool> force_password_change;  ///< nullopt in API tokens
    bool operator==(const UserClaims&) const = default;
};

/// What a token says, in whole seconds as RFC 7519 has it.
struct TokenClaims {
    std::optional<Uuid> jti;  ///< always present in a token without expiry, because revoking needs it
    Uuid user;                ///< claim `identity`
    TokenType type = TokenType::kAccess;
    bool is_fresh = false;
    Timestamp issued_at;
    std::optional<Timestamp> expires_at;  ///< nullopt in API tokens
    /// LocalUser::password_generation at the time of making, claim `pwd_gen`. nullopt in API tokens, which stay valid
    /// after a change of the password, and in tokens of Karmen 0.0.13.
    std::optional<std::int64_t> password_generation;
    /// The log-in that the token came from, claim `sid`. nullopt in API tokens, and in tokens made before sessions
    /// existed.
    std::optional<Uuid> session;
    std::optional<UserClaims> user_claims;  ///< nullopt in refresh tokens
    bool operator==(const TokenClaims&) const = default;
};

/// Makes and checks the tokens of docs/api.md §1: JSON Web Tokens (RFC 7519), HS256 only. Made once by the composition
/// root. Immutable; any thread.
class TokenSigner {
  public:
    /// `old_secret` is the key that Karmen 0.0.13 signed with. It only validates API tokens of 0.0.13, which have no
    /// expiry, are not fresh and are in the database, so it may be short; it may be empty. The clock of the process
    /// that made a token may be ahead of ours by `clock_leeway`.
    explicit TokenSigner(std::string secret, std::string old_secret = {}, std::chrono::seconds clock_leeway = {})
        : secret_(std::move(secret)), old_secret_(std::move(old_secret)), clock_leeway_(clock_leeway) {}

    /// Throws Error(kInternal).
    std::string sign(const TokenClaims& claims) const;

    /// Reads tokens of Karmen 0.0.13 too: `type`, `fresh`, `user_claims` and, where there is an expiry, `jti` may be
    /// missing; `fresh` may be the second until which the token counts as fresh. A token is valid while exp >= now, and
    /// from nbf <= now + leeway on.
    ///
    /// The caller checks the type of the token, whether the user still exists, and whether the token was revoked.
    /// Throws Error: kExpiredToken; kWrongCredentials when the identity cannot be a user's; kInvalidToken for
    /// everything else.
    TokenClaims verify(std::string_view token, Timestamp now) const;

  private:
    TokenClaims read(const boost::json::object& claims, Timestamp now) const;

    std::string secret_;
    std::string old_secret_;
    std::chrono::seconds clock_leeway_;
};

}  // namespace karmen::crypto
