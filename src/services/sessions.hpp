#pragma once

#include "base/clock.hpp"
#include "crypto/password.hpp"
#include "crypto/token.hpp"
#include "domain/access.hpp"
#include "domain/user.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/pool.hpp"
#include "services/login_throttle.hpp"
#include "storage/api_token_repository.hpp"
#include "storage/user_repository.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace karmen::services {

struct SessionOptions {
    int bcrypt_cost = 12;
    std::chrono::milliseconds access_token_lifetime{std::chrono::minutes(15)};
    std::chrono::milliseconds refresh_token_lifetime{std::chrono::days(30)};
};

/// The account behind a token that was found good, as the database has it now.
struct Account {
    User user;
    LocalUser local;  ///< empty when another provider than `local` vouches for the user
    Principal principal;
    crypto::TokenClaims claims;  ///< of the token
};

/// Logging in and what follows from it: tokens made, tokens checked, the own password changed. Loop only.
class Sessions {
  public:
    struct Dependencies {
        storage::UserRepository& users;
        storage::ApiTokenRepository& api_tokens;
        const crypto::TokenSigner& signer;
        LoginThrottle& throttle;
        const Clock& clock;
        Pool& blocking;
        Pool& cpu;
        /// Tests look at which hashes are compared.
        std::function<bool(std::string_view password, const std::string& hash)> verify = crypto::verify_password;
    };
    Sessions(Dependencies dependencies, SessionOptions options);

    struct Login {
        std::string access_token;  ///< fresh
        std::string refresh_token;
    };
    /// Costs the same whatever the account is, and whether there is one. A right password whose hash has another cost
    /// than the configured one is hashed anew. Throws Error: kWrongCredentials, kUserSuspended
    /// (only after the right password), kTooManyRequests, kServiceUnavailable when nobody can count failures.
    Awaitable<Login> log_in(std::string username, std::string password, std::string address);

    /// Who sends this token, when it is of the wanted type and still good. Throws Error: kInvalidToken, kExpiredToken,
    /// kRevokedToken, kUserSuspended, kWrongCredentials when the user is gone.
    Awaitable<Account> identify(std::string_view token, crypto::TokenType wanted);

    /// The same account as it is now, for what outlasts a request: everything but the token's expiry is checked again.
    /// Throws as identify.
    Awaitable<Account> look_again(Account account);

    /// An access token that is not fresh.
    std::string refreshed_access_token(const Account& account) const;

    /// Ends all access and refresh tokens that were made before. Gives a fresh access token. Throttled as log-ins are.
    /// Throws Error: kWrongCredentials, kInvalidInput, kTooManyRequests.
    Awaitable<std::string> change_password(Account account, std::string password, std::string new_password,
                                           std::string address);

  private:
    Awaitable<Account> account_of(crypto::TokenClaims claims);
    enum class Freshness { kFresh, kNotFresh };
    std::string access_token(const User& user, const LocalUser& local, Freshness freshness) const;
    std::string refresh_token(const User& user, const LocalUser& local) const;
    Awaitable<bool> try_password(std::string username, std::string address, std::string password, std::string hash,
                                 int cost);
    template <class T>
    Awaitable<T> tried(std::string username, std::string address, Awaitable<T> attempt);
    Awaitable<void> take_back(std::string username, std::string address);
    struct Found {
        std::optional<storage::Account> account;
        int cost = 0;  ///< of every attempt to log in
    };
    Awaitable<Found> find_account(std::string username);
    Awaitable<bool> is_password_of(const std::string& hash, int cost, const std::string& password);
    Awaitable<void> hash_anew(LocalUser local, std::string password);

    Dependencies with_;
    SessionOptions options_;
};

}  // namespace karmen::services
