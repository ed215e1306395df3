#pragma once

#include "base/clock.hpp"
#include "crypto/password.hpp"
#include "crypto/token.hpp"
#include "domain/access.hpp"
#include "domain/user.hpp"
#include "identity/known_accounts.hpp"
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
    /// The delay of answers that refuse because of too many attempts or a busy server, so that clients that try again
    /// at once cost little.
    std::chrono::milliseconds refusal_delay{0};
    std::size_t accounts_kept_max = 1000;  ///< that need no query until the next commit
};

/// Where a log-in comes from.
struct LoginOrigin {
    std::string address;
    std::string agent = {};  ///< User-Agent
};

/// The account of a valid token, as the database has it now.
struct Account {
    User user;
    LocalUser local;  ///< empty if the user logs in with another provider than `local`
    Principal principal;
    crypto::TokenClaims claims;  ///< of the token
};

/// What the log-in is for: a session with a refresh token, or only a proof of the password, which gives a fresh access
/// token. A proof belongs to the session of `present` if that is a session of the same user, else to a short session of
/// its own.
struct LoginPurpose {
    enum class Kind { kSession, kProof };
    Kind kind = Kind::kSession;
    std::optional<Account> present = {};
};

/// Logs users in, makes and checks their tokens, changes their own passwords. Loop only.
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
        storage::CommitNumber commits = storage::no_commit_number;
        /// Tests replace it to see which hashes are compared.
        std::function<bool(std::string_view password, const std::string& hash)> verify = crypto::verify_password;
    };
    Sessions(Dependencies dependencies, SessionOptions options);

    struct Login {
        std::string access_token;   ///< fresh
        std::string refresh_token;  ///< empty for a proof
    };
    /// Takes the same time for every account, also for an unknown one. If the hash of a right password does not have
    /// the configured cost, the password is hashed again. Throws Error: kWrongCredentials, kUserSuspended (only after
    /// the right password), kTooManyRequests, kServiceUnavailable if failures cannot be counted, kOverloaded. A log-in
    /// begins a session.
    Awaitable<Login> log_in(std::string username, std::string password, LoginOrigin origin, LoginPurpose purpose = {});

    /// Ends the session that the token came from. Throws Error(kConflict) if it came from none.
    Awaitable<void> log_out(Account account);

    /// The account of this token, if it has the wanted type and is valid. Throws Error: kInvalidToken, kExpiredToken,
    /// kRevokedToken, kUserSuspended, kWrongCredentials if the user no longer exists.
    Awaitable<Account> identify(std::string_view token, crypto::TokenType wanted);

    /// The same account as it is now, for streams: checks everything again except the token's expiry. Throws as
    /// identify.
    Awaitable<Account> look_again(Account account);

    /// An access token that is not fresh.
    std::string refreshed_access_token(const Account& account) const;

    /// Ends all other sessions of the user, and tokens that were made before sessions existed; the session that makes
    /// the change goes on. Returns a fresh access token. Throttled like log-ins. Throws Error: kWrongCredentials,
    /// kInvalidInput, kTooManyRequests, kOverloaded.
    Awaitable<std::string> change_password(Account account, std::string password, std::string new_password,
                                           std::string address);

  private:
    Awaitable<Account> account_of(crypto::TokenClaims claims);
    Awaitable<KnownAccounts::Found> look_up(KnownAccounts::Token token);
    Account checked_account(const KnownAccounts::Found& found, crypto::TokenClaims claims);
    enum class Freshness { kFresh, kNotFresh };
    std::string access_token(const User& user, const LocalUser& local, const std::optional<Uuid>& session,
                             Freshness freshness) const;
    std::string refresh_token(const User& user, const LocalUser& local, const Uuid& session) const;
    Awaitable<Uuid> begin_session(LocalUser local, LoginOrigin origin, std::chrono::milliseconds lifetime);
    /// The name and the network of an attempt: it is counted and queued by them.
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
        int cost = 0;  ///< that every attempt to log in must take
    };
    Awaitable<Found> find_account(std::string username);
    Awaitable<bool> is_password_of(const Guesser& guesser, const std::string& hash, int cost,
                                   const std::string& password);
    Awaitable<std::string> hash_of(const Guesser& guesser, const std::string& password);
    Awaitable<void> hash_anew(Guesser guesser, LocalUser local, std::string password);

    Dependencies with_;
    SessionOptions options_;
    KnownAccounts known_;
};

}  // namespace karmen::identity
