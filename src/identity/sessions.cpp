#include "identity/sessions.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "identity/client_network.hpp"
#include "identity/users.hpp"
#include "runtime/sleep.hpp"

#include <algorithm>

namespace karmen::identity {

namespace {

using namespace std::chrono_literals;

Error wrong_credentials(const char* message) {
    return {ErrorCode::kWrongCredentials, PublicMessage{message}};
}

void require_type(const crypto::TokenClaims& claims, crypto::TokenType wanted) {
    if (claims.type == wanted) return;
    throw Error(ErrorCode::kInvalidToken,
                PublicMessage{wanted == crypto::TokenType::kAccess ? "Only access tokens are allowed"
                                                                   : "Only refresh tokens are allowed"});
}

void require_usable(const User& user) {
    if (user.suspended) throw Error(ErrorCode::kUserSuspended, PublicMessage{"This account has been suspended"});
}

/// A token without expiry is an API token. It acts for its owner, but never as an administrator.
Principal principal_of(const User& user, const crypto::TokenClaims& claims) {
    const bool is_api_token = !claims.expires_at.has_value();
    return {.user = user.uuid,
            .username = user.username,
            .role = is_api_token ? Role::kUser : user.role,
            .is_fresh = claims.is_fresh && !is_api_token,
            .is_api_token = is_api_token};
}

/// At most `bytes_max` bytes of `text`, cut between characters.
std::string cut_text(const std::string& text, std::size_t bytes_max) {
    std::string cut = to_valid_utf8(text);
    if (cut.size() <= bytes_max) return cut;
    std::size_t end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(cut[end]) & 0xC0U) == 0x80U) --end;
    cut.resize(end);
    return cut;
}

/// Tokens that were made before sessions existed end when the password changes.
void require_not_ended(const crypto::TokenClaims& claims, const LocalUser& local,
                       const std::optional<LoginSession>& session) {
    const bool has_session = session && session->user == claims.user;
    if (claims.session && !has_session)
        throw Error(ErrorCode::kRevokedToken, PublicMessage{"The session of this token has ended"});
    if (!claims.session && claims.expires_at && claims.password_generation.value_or(0) != local.password_generation)
        throw Error(ErrorCode::kRevokedToken, PublicMessage{"Token has been revoked by a change of the password"});
}

}  // namespace

Sessions::Sessions(Dependencies dependencies, SessionOptions options)
    : with_(std::move(dependencies)), options_(options), known_(with_.commits, options.accounts_kept_max) {}

/// Hashes keep the cost that they were made with, and the time of an attempt must not reveal it. So after a cheaper
/// hash it computes hashes of nobody that make up for the difference: 2^c + 2^c + 2^(c+1) + … = 2^cost. A failure is
/// noted at once, also if the client has left meanwhile.
Awaitable<bool> Sessions::is_password_of(const Guesser& guesser, const std::string& hash, int cost,
                                         const std::string& password) {
    const bool is_right = co_await with_.passwords.run(guesser.network, guesser.username, [&] {
        const auto own_cost = crypto::cost_of(hash);
        const bool matches = with_.verify(password, own_cost ? hash : crypto::hash_of_nobody(cost));
        for (int next = own_cost.value_or(cost); next < cost; ++next)
            with_.verify(password, crypto::hash_of_nobody(next));
        return own_cost && matches;
    });
    if (!is_right) with_.passwords.note_failure(guesser.network);
    co_return is_right;
}

Awaitable<std::string> Sessions::hash_of(const Guesser& guesser, const std::string& password) {
    co_return co_await with_.passwords.run(guesser.network, guesser.username,
                                           [&] { return crypto::hash_password(password, options_.bcrypt_cost); });
}

/// Refunds the attempt if it failed because of the server, or because it may not even wait for its turn.
template <class T>
Awaitable<T> Sessions::tried(Guesser guesser, Awaitable<T> attempt) {
    std::exception_ptr failure;
    try {
        co_return co_await std::move(attempt);
    } catch (const Error&) {
        failure = std::current_exception();
    }
    co_await take_back(std::move(guesser));
    std::rethrow_exception(failure);
}

/// Errors are ignored here, because the client is told the error of the attempt itself.
Awaitable<void> Sessions::take_back(Guesser guesser) {
    try {
        co_await with_.throttle.not_tried(std::move(guesser.username), std::move(guesser.network));
    } catch (const Error&) {
    }
}

/// Refuses an attempt without a place in the queue before anything is asked or counted: a flood must be cheap.
Awaitable<void> Sessions::begin_attempt(Guesser guesser) {
    with_.passwords.require_place(guesser.network);
    const auto delay = co_await with_.throttle.begin(std::move(guesser.username), std::move(guesser.network));
    if (delay.count() > 0) co_await sleep_for(delay);
}

Awaitable<bool> Sessions::try_password(Guesser guesser, std::string password, std::string hash, int cost) {
    const bool is_right = co_await tried(guesser, is_password_of(guesser, hash, cost, password));
    if (is_right) co_await with_.throttle.succeeded(guesser.username, guesser.network);
    co_return is_right;
}

Awaitable<Sessions::Found> Sessions::find_account(std::string username) {
    co_return co_await offload(with_.blocking, [&] {
        // A hash with an absurdly high cost, from another program, is slow only for its own user.
        const int highest = with_.users.highest_password_cost(crypto::kHighestCostInUse).value_or(0);
        return Found{with_.users.find_with_local_by_username(username), std::max(highest, options_.bcrypt_cost)};
    });
}

/// After a change of the configured cost, every log-in brings the user's hash to the new cost. A failure here does not
/// fail the log-in: the next one tries again.
Awaitable<void> Sessions::hash_anew(Guesser guesser, LocalUser local, std::string password) {
    if (crypto::cost_of(local.password_hash) == options_.bcrypt_cost) co_return;
    try {
        const std::string hash = co_await hash_of(guesser, password);
        co_await offload(with_.blocking,
                         [&] { with_.users.replace_password_hash(local.user, local.password_hash, hash); });
    } catch (const Error&) {
    }
}

/// Throws Error(kWrongCredentials) if the password was changed since it was found right.
Awaitable<Uuid> Sessions::begin_session(LocalUser local, LoginOrigin origin, std::chrono::milliseconds lifetime) {
    const Timestamp now = with_.clock.now();
    const LoginSession session{.id = Uuid::random(),
                               .user = local.user,
                               .created = now,
                               .last_used = now,
                               .expires = now + lifetime,
                               .address = cut_text(origin.address, kLoginSessionAddressBytesMax),
                               .agent = cut_text(origin.agent, kLoginSessionAgentBytesMax)};
    const bool has_begun = co_await offload(with_.blocking, [&] {
        return with_.login_sessions.create(session, local.password_generation, options_.sessions_per_user_max);
    });
    if (!has_begun) throw wrong_credentials("Wrong username or password");
    co_return session.id;
}

template <class T>
Awaitable<T> Sessions::refused_late(Awaitable<T> attempt) {
    std::exception_ptr refusal;
    try {
        co_return co_await std::move(attempt);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::kTooManyRequests && error.code() != ErrorCode::kOverloaded) throw;
        refusal = std::current_exception();
    }
    co_await sleep_for(options_.refusal_delay);
    std::rethrow_exception(refusal);
}

Awaitable<Sessions::Login> Sessions::log_in(std::string username, std::string password, LoginOrigin origin,
                                            LoginPurpose purpose) {
    return refused_late(
        prove_and_begin(std::move(username), std::move(password), std::move(origin), std::move(purpose)));
}

Awaitable<Sessions::Login> Sessions::prove_and_begin(std::string username, std::string password, LoginOrigin origin,
                                                     LoginPurpose purpose) {
    const Guesser guesser{.username = username, .network = identity::client_network(origin.address)};
    // No user has such a name, so there is nothing to hide, and it is not counted.
    if (count_characters(username) > kUsernameMaxCharacters) throw wrong_credentials("Wrong username or password");
    co_await begin_attempt(guesser);
    const auto found = co_await tried(guesser, find_account(username));
    const LocalUser local = found.account ? found.account->local.value_or(LocalUser{}) : LocalUser{};
    if (!co_await try_password(guesser, password, local.password_hash, found.cost))
        throw wrong_credentials("Wrong username or password");
    const User& user = found.account->user;
    if (user.suspended) throw Error(ErrorCode::kUserSuspended, PublicMessage{"Account suspended"});
    co_await hash_anew(guesser, local, password);
    if (purpose.kind == LoginPurpose::Kind::kProof) {
        const auto& present = purpose.present;
        const bool goes_on = present && present->user.uuid == user.uuid && present->claims.session;
        const Uuid session = goes_on ? *present->claims.session
                                     : co_await begin_session(local, std::move(origin), options_.access_token_lifetime);
        co_return Login{.access_token = access_token(user, local, session, Freshness::kFresh)};
    }
    const auto lifetime = options_.access_token_lifetime + options_.refresh_token_lifetime;
    const Uuid session = co_await begin_session(local, std::move(origin), lifetime);
    co_return Login{access_token(user, local, session, Freshness::kFresh), refresh_token(user, local, session)};
}

Awaitable<void> Sessions::log_out(Account account) {
    const auto session = account.claims.session;
    if (!session) throw Error(ErrorCode::kConflict, PublicMessage{"This token belongs to no session that could end"});
    co_await offload(with_.blocking, [&] { with_.login_sessions.end(account.user.uuid, *session); });
}

Awaitable<Account> Sessions::identify(std::string_view token, crypto::TokenType wanted) {
    crypto::TokenClaims claims = with_.signer.verify(token, with_.clock.now());
    require_type(claims, wanted);
    co_return co_await account_of(std::move(claims));
}

Awaitable<Account> Sessions::look_again(Account account) {
    co_return co_await account_of(std::move(account.claims));
}

Awaitable<Account> Sessions::account_of(crypto::TokenClaims claims) {
    const KnownAccounts::Token token{.user = claims.user,
                                     .session = claims.session,
                                     .api_token = claims.expires_at ? std::nullopt : std::optional(claims.jti.value())};
    const auto commit = known_.commit();
    if (const auto* known = known_.find(commit, token)) co_return checked_account(*known, std::move(claims));
    const KnownAccounts::Found found = co_await look_up(token);
    known_.keep(commit, token, found);
    co_return checked_account(found, std::move(claims));
}

Awaitable<KnownAccounts::Found> Sessions::look_up(KnownAccounts::Token token) {
    return offload(with_.blocking, [this, token] {
        KnownAccounts::Found found{.account = with_.users.find_with_local(token.user), .session = {}};
        if (token.api_token) {
            const auto api_token = with_.api_tokens.find(*token.api_token);
            found.is_revoked = !api_token || api_token->revoked || api_token->user != token.user;
        }
        if (token.session) found.session = with_.login_sessions.find(*token.session);
        return found;
    });
}

Account Sessions::checked_account(const KnownAccounts::Found& found, crypto::TokenClaims claims) {
    if (found.is_revoked) throw Error(ErrorCode::kRevokedToken, PublicMessage{"Token has been revoked"});
    if (!found.account) throw wrong_credentials("The user of this token does not exist");
    const User& user = found.account->user;
    require_usable(user);
    const LocalUser local = found.account->local.value_or(LocalUser{});
    require_not_ended(claims, local, found.session);
    if (claims.session) with_.use.note(*claims.session);
    Principal principal = principal_of(user, claims);
    return {user, local, std::move(principal), std::move(claims)};
}

std::string Sessions::refreshed_access_token(const Account& account) const {
    return access_token(account.user, account.local, account.claims.session, Freshness::kNotFresh);
}

Awaitable<std::string> Sessions::change_password(Account account, std::string password, std::string new_password,
                                                 std::string address) {
    return refused_late(
        prove_and_change(std::move(account), std::move(password), std::move(new_password), std::move(address)));
}

Awaitable<std::string> Sessions::prove_and_change(Account account, std::string password, std::string new_password,
                                                  std::string address) {
    check_password(new_password, "/new_password");
    const Guesser guesser{.username = account.user.username, .network = identity::client_network(address)};
    co_await begin_attempt(guesser);
    const std::string& old_hash = account.local.password_hash;
    if (!co_await try_password(guesser, password, old_hash, options_.bcrypt_cost))
        throw wrong_credentials("Wrong password");
    const std::string hash = co_await hash_of(guesser, new_password);
    const auto generation = co_await offload(with_.blocking, [&] {
        return with_.users.set_password(account.user.uuid, hash, storage::NextLogin::kKeepsPassword,
                                        account.claims.session);
    });
    if (!generation) throw wrong_credentials("The user of this token does not exist");
    account.local.password_generation = *generation;
    account.local.force_password_change = false;
    co_return access_token(account.user, account.local, account.claims.session, Freshness::kFresh);
}

std::string Sessions::access_token(const User& user, const LocalUser& local, const std::optional<Uuid>& session,
                                   Freshness freshness) const {
    const Timestamp now = with_.clock.now();
    return with_.signer.sign({.jti = Uuid::random(),
                              .user = user.uuid,
                              .type = crypto::TokenType::kAccess,
                              .is_fresh = freshness == Freshness::kFresh,
                              .issued_at = now,
                              .expires_at = now + options_.access_token_lifetime,
                              .password_generation = local.password_generation,
                              .session = session,
                              .user_claims = crypto::UserClaims{.role = std::string(to_string(user.role)),
                                                                .username = user.username,
                                                                .force_password_change = local.force_password_change}});
}

std::string Sessions::refresh_token(const User& user, const LocalUser& local, const Uuid& session) const {
    const Timestamp now = with_.clock.now();
    return with_.signer.sign({.jti = Uuid::random(),
                              .user = user.uuid,
                              .type = crypto::TokenType::kRefresh,
                              .issued_at = now,
                              .expires_at = now + options_.refresh_token_lifetime,
                              .password_generation = local.password_generation,
                              .session = session});
}

}  // namespace karmen::identity
