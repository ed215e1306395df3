#pragma once

#include "base/clock.hpp"
#include "crypto/password.hpp"
#include "crypto/token.hpp"
#include "domain/access.hpp"
#include "domain/user.hpp"
#include "identity/login_throttle.hpp"
#include "identity/password_queue.hpp"
#include "identity/session_use.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/pool.hpp"
#include "storage/tables/api_token_repository.hpp"
#include "storage/tables/session_repository.hpp"
#include "storage/tables/user_repository.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace karmen::identity {

struct SessionOptions {
    int bcrypt_cost = 12;
    std::chrono::milliseconds access_token_lifetime{std::chrono::minutes(15)};
    std::chrono::milliseconds refresh_token_lifetime{std::chrono::days(30)};
    std::size_t sessions_per_user_max = 1000;
    /// Before somebody hears that they come too often, or that the server is busy: who tries again at once costs
    /// little.
    std::chrono::milliseconds refusal_delay{0};
};

/// Who logs in, as far as the connection tells.
struct LoginOrigin {
    std::string address;
    std::string agent = {};  ///< User-Agent
};

/// The account behind a token that was found good, as the database has it now.
struct Account {
    User user;
    LocalUser local;  ///< empty when another provider than `local` vouches for the user
    Principal principal;
    crypto::TokenClaims claims;  ///< of the token
};

/// What the log-in becomes: a session with a refresh token; or only a proof of the password, which gives a fresh
/// access token. A proof belongs to the session of `present`, if that is one of the same user, else to a short one
/// of its own.
struct LoginPurpose {
    enum class Kind { kSession, kProof };
    Kind kind = Kind::kSession;
    std::optional<Account> present = {};
};

/// Logging in and what follows from it: tokens made, tokens checked, the own password changed. Loop only.
class Sessions {
  public:
    struct Dependencies {
        storage::UserRepository& users;
        storage::ApiTokenRepository& api_tokens;
        storage::SessionRepository& login_sessions;
        identity::SessionUse& use;
        const crypto::TokenSigner& signer;
        LoginThrottle& throttle;
        const Clock& clock;
        Pool& blocking;
        identity::PasswordQueue& passwords;
        /// Tests look at which hashes are compared.
        std::function<bool(std::string_view password, const std::string& hash)> verify = crypto::verify_password;
    };
    Sessions(Dependencies dependencies, SessionOptions options);

    struct Login {
        std::string access_token;   ///< fresh
        std::string refresh_token;  ///< empty for a proof
    };
    /// Costs the same whatever the account is, and whether there is one. A right password whose hash has another cost
    /// than the configured one is hashed anew. Throws Error: kWrongCredentials, kUserSuspended
    /// (only after the right password), kTooManyRequests, kServiceUnavailable when nobody can count failures,
    /// kOverloaded. A log-in begins a session.
    Awaitable<Login> log_in(std::string username, std::string password, LoginOrigin origin, LoginPurpose purpose = {});

    /// Ends the session that the token came from. Throws Error(kConflict) if it came from none.
    Awaitable<void> log_out(Account account);

    /// Who sends this token, when it is of the wanted type and still good. Throws Error: kInvalidToken, kExpiredToken,
    /// kRevokedToken, kUserSuspended, kWrongCredentials when the user is gone.
    Awaitable<Account> identify(std::string_view token, crypto::TokenType wanted);

    /// The same account as it is now, for what outlasts a request: everything but the token's expiry is checked again.
    /// Throws as identify.
    Awaitable<Account> look_again(Account account);

    /// An access token that is not fresh.
    std::string refreshed_access_token(const Account& account) const;

    /// Ends all other sessions of the user, and tokens from before there were sessions; the session that makes the
    /// change goes on. Gives a fresh access token. Throttled as log-ins are. Throws Error: kWrongCredentials,
    /// kInvalidInput, kTooManyRequests, kOverloaded.
    Awaitable<std::string> change_password(Account account, std::string password, std::string new_password,
                                           std::string address);

  private:
    Awaitable<Account> account_of(crypto::TokenClaims claims);
    enum class Freshness { kFresh, kNotFresh };
    std::string access_token(const User& user, const LocalUser& local, const std::optional<Uuid>& session,
                             Freshness freshness) const;
    std::string refresh_token(const User& user, const LocalUser& local, const Uuid& session) const;
    Awaitable<Uuid> begin_session(LocalUser local, LoginOrigin origin, std::chrono::milliseconds lifetime);
    /// Who tries a password: what attempts are counted by, and wait by.
    struct Guesser {
        std::string username;
        std::string network;
    };
    Awaitable<bool> try_password(Guesser guesser, std::string password, std::string hash, int cost);
    template <class T>
    Awaitable<T> refused_late(Awaitable<T> attempt);
    Awaitable<Login> prove_and_begin(std::string username, std::string password, LoginOrigin origin,
                                     LoginPurpose purpose);
    Awaitable<std::string> prove_and_change(Account account, std::string password, std::string new_password,
                                            std::string address);
    template <class T>
    Awaitable<T> tried(Guesser guesser, Awaitable<T> attempt);
    Awaitable<void> take_back(Guesser guesser);
    Awaitable<void> begin_attempt(Guesser guesser);
    struct Found {
        std::optional<storage::Account> account;
        int cost = 0;  ///< of every attempt to log in
    };
    Awaitable<Found> find_account(std::string username);
    Awaitable<bool> is_password_of(const Guesser& guesser, const std::string& hash, int cost,
                                   const std::string& password);
    Awaitable<std::string> hash_of(const Guesser& guesser, const std::string& password);
    Awaitable<void> hash_anew(Guesser guesser, LocalUser local, std::string password);

    Dependencies with_;
    SessionOptions options_;
};

}  // namespace karmen::identity
