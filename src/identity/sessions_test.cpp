#include "identity/sessions.hpp"

#include "base/error.hpp"
#include "crypto/password.hpp"
#include "identity/memory_login_throttle.hpp"
#include "runtime/task_group.hpp"
#include "storage/test_bench.hpp"

#include <gmock/gmock.h>

namespace karmen::identity {
namespace {

using namespace std::chrono_literals;
using crypto::TokenType;

class SessionsTest : public storage::ServiceTest {
  public:
    User add_user(const std::string& username, const std::string& password, Role role = Role::kUser) {
        const User user{.uuid = Uuid::random(), .username = username, .role = role, .created = clock.now()};
        users.create(user, {.user = user.uuid,
                            .password_hash = crypto::hash_password(password, storage::kTestBcryptCost),
                            .force_password_change = true});
        return user;
    }

    Sessions::Login log_in(const std::string& username, const std::string& password) {
        return run(sessions.log_in(username, password, {"10.0.0.1"}));
    }
    std::optional<ErrorCode> log_in_error(const std::string& username, const std::string& password,
                                          const std::string& address = "10.0.0.1") {
        return error_of(sessions.log_in(username, password, {address}));
    }
    std::string log_in_message(const std::string& username, const std::string& password) {
        try {
            log_in(username, password);
        } catch (const Error& error) {
            return error.message();
        }
        return "logged in";
    }

    Account identify(const std::string& token, TokenType wanted = TokenType::kAccess) {
        return run(sessions.identify(token, wanted));
    }
    std::optional<ErrorCode> identify_error(const std::string& token, TokenType wanted = TokenType::kAccess) {
        return error_of(sessions.identify(token, wanted));
    }

    /// A token without expiry, as a program has it, whether it is in the list or not.
    std::string api_token(const User& user, const Uuid& jti) {
        return signer.sign(
            {.jti = jti, .user = user.uuid, .is_fresh = true, .issued_at = clock.now(), .expires_at = std::nullopt});
    }
    void list_api_token(const User& user, const Uuid& jti) {
        api_tokens.create({.jti = jti, .user = user.uuid, .name = "slicer", .created = clock.now()});
    }
    void execute(const std::string& sql) { (*database).lease().execute(sql); }

    storage::UserRepository users{*database};
    storage::ApiTokenRepository api_tokens{*database};
    storage::SessionRepository login_sessions{*database};
    identity::SessionUse use{login_sessions, clock, blocking, log};
    const crypto::TokenSigner signer{"0123456789abcdef0123456789abcdef"};
    MemoryLoginThrottle throttle{{.failures_slow = 100, .failures_max = 3}, clock};
    identity::PasswordQueue passwords{loop.executor(), cpu, clock, {}};
    /// The fixture's own, but for what a test replaces.
    Sessions::Dependencies with(
        LoginThrottle& counts, identity::PasswordQueue& turns,
        std::function<bool(std::string_view, const std::string&)> verify = crypto::verify_password) {
        return {.users = users,
                .api_tokens = api_tokens,
                .login_sessions = login_sessions,
                .use = use,
                .signer = signer,
                .throttle = counts,
                .clock = clock,
                .blocking = blocking,
                .passwords = turns,
                .commits = (*database).commit_number(),
                .verify = std::move(verify)};
    }
    Sessions sessions{
        with(throttle, passwords),
        {.bcrypt_cost = storage::kTestBcryptCost, .access_token_lifetime = 15min, .refresh_token_lifetime = 720h}};
};

TEST_F(SessionsTest, LogInGivesAFreshAccessTokenAndARefreshToken) {
    const User ann = add_user("ann", "secret", Role::kAdmin);
    const Sessions::Login login = log_in("ann", "secret");

    const Account account = identify(login.access_token);
    EXPECT_EQ(account.user.uuid, ann.uuid);
    EXPECT_EQ(account.principal.user, ann.uuid);
    EXPECT_EQ(account.principal.username, "ann");
    EXPECT_EQ(account.principal.role, Role::kAdmin);
    EXPECT_TRUE(account.principal.is_fresh);
    EXPECT_FALSE(account.principal.is_api_token);
    EXPECT_TRUE(account.local.force_password_change);

    EXPECT_FALSE(identify(login.refresh_token, TokenType::kRefresh).principal.is_fresh);
}

TEST_F(SessionsTest, LogInSaysTheSameForEveryWayToBeWrong) {
    add_user("ann", "secret");
    add_user("sso", "secret");
    execute("DELETE FROM local_users WHERE user_uuid = (SELECT uuid FROM users WHERE username = 'sso')");

    EXPECT_EQ(log_in_error("ann", "wrong"), ErrorCode::kWrongCredentials);
    EXPECT_EQ(log_in_error("nobody", "secret"), ErrorCode::kWrongCredentials);
    EXPECT_EQ(log_in_error("sso", "secret"), ErrorCode::kWrongCredentials);
    EXPECT_EQ(log_in_message("ann", "wrong"), log_in_message("nobody", "secret"));
    EXPECT_EQ(log_in_message("ann", "wrong"), log_in_message("sso", "secret"));
}

/// Remembers what each attempt to log in compared; the test server is configured with a cost between those of its
/// users.
class LogInCostTest : public SessionsTest {
  public:
    static constexpr int kConfiguredCost = 5;

    void add_user_of_cost(const std::string& username, int cost) {
        const User user = add_user(username, "unused");
        users.set_password(user.uuid, crypto::hash_password("secret", cost), storage::NextLogin::kKeepsPassword);
    }
    /// The costs of what a log-in computes, in their order.
    std::vector<int> costs(const std::string& username, const std::string& password) {
        compared.clear();
        error_of(recorded.log_in(username, password, {"10.0.0.1"}));
        return compared;
    }
    std::string hash_of(const std::string& username) {
        return users.find_with_local_by_username(username)->local->password_hash;
    }

    std::vector<int> compared;
    Sessions recorded{with(throttle, passwords,
                           [this](std::string_view password, const std::string& hash) {
                               compared.push_back(crypto::cost_of(hash).value_or(0));
                               return crypto::verify_password(password, hash);
                           }),
                      {.bcrypt_cost = kConfiguredCost}};
};

TEST_F(LogInCostTest, IsThatOfTheDearestHashForEveryAccountAndForNone) {
    using testing::ElementsAre;
    add_user_of_cost("cheap", 4);
    add_user_of_cost("dear", 6);
    add_user_of_cost("suspended", 4);
    users.update(users.find_by_username("suspended")->uuid, {.suspended = true});
    add_user_of_cost("sso", 4);
    execute("DELETE FROM local_users WHERE user_uuid = (SELECT uuid FROM users WHERE username = 'sso')");
    add_account("other provider");

    // 2^4 + 2^4 + 2^5 = 2^6.
    EXPECT_THAT(costs("cheap", "wrong"), ElementsAre(4, 4, 5));
    EXPECT_THAT(costs("suspended", "wrong"), ElementsAre(4, 4, 5));
    EXPECT_THAT(costs("suspended", "secret"), ElementsAre(4, 4, 5));
    EXPECT_THAT(costs("dear", "wrong"), ElementsAre(6));
    EXPECT_THAT(costs("nobody", "wrong"), ElementsAre(6));
    EXPECT_THAT(costs("sso", "secret"), ElementsAre(6));
    EXPECT_THAT(costs("other provider", "none"), ElementsAre(6));
    EXPECT_THAT(costs("cheap", "secret"), ElementsAre(4, 4, 5));
}

TEST_F(LogInCostTest, IsTheConfiguredOneWhenAllHashesAreCheaper) {
    add_user_of_cost("cheap", 4);
    EXPECT_THAT(costs("cheap", "wrong"), testing::ElementsAre(4, 4));
    EXPECT_THAT(costs("nobody", "wrong"), testing::ElementsAre(5));
}

TEST_F(LogInCostTest, IsNotThatOfAHashThatKarmenNeverMakes) {
    add_user_of_cost("cheap", 4);
    const User absurd = add_user("absurd", "unused");
    users.set_password(absurd.uuid, crypto::hash_of_nobody(31), storage::NextLogin::kKeepsPassword);
    EXPECT_THAT(costs("cheap", "wrong"), testing::ElementsAre(4, 4));
}

TEST_F(LogInCostTest, BecomesTheConfiguredOneWithTheRightPassword) {
    for (const int cost : {4, 6}) {
        const std::string name = "cost " + std::to_string(cost);
        add_user_of_cost(name, cost);
        const std::string before = hash_of(name);
        const Account account{.user = *users.find_by_username(name),
                              .local = *users.find_with_local_by_username(name)->local};
        const std::string earlier = recorded.refreshed_access_token(account);

        costs(name, "wrong");
        EXPECT_EQ(hash_of(name), before);
        costs(name, "secret");
        EXPECT_EQ(crypto::cost_of(hash_of(name)), kConfiguredCost);
        EXPECT_TRUE(crypto::verify_password("secret", hash_of(name)));
        EXPECT_EQ(identify_error(earlier), std::nullopt) << "no token ends";

        const std::string after = hash_of(name);
        costs(name, "secret");
        EXPECT_EQ(hash_of(name), after) << "only when the cost differs";
    }
}

TEST_F(SessionsTest, OnlyWhoKnowsThePasswordHearsOfASuspension) {
    const User ann = add_user("ann", "secret");
    users.update(ann.uuid, {.role = std::nullopt, .suspended = true});
    EXPECT_EQ(log_in_error("ann", "wrong"), ErrorCode::kWrongCredentials);
    EXPECT_EQ(log_in_error("ann", "secret"), ErrorCode::kUserSuspended);
}

TEST_F(SessionsTest, TooManyFailuresStopEvenTheRightPasswordFromThatAddress) {
    add_user("ann", "secret");
    for (int i = 0; i < 3; ++i) EXPECT_EQ(log_in_error("ann", "wrong"), ErrorCode::kWrongCredentials);
    EXPECT_EQ(log_in_error("ann", "secret"), ErrorCode::kTooManyRequests);
    EXPECT_EQ(log_in_error("ann", "secret", "10.0.0.2"), std::nullopt);
}

TEST_F(SessionsTest, UnknownNamesAreCountedToo) {
    for (int i = 0; i < 3; ++i) EXPECT_EQ(log_in_error("nobody", "wrong"), ErrorCode::kWrongCredentials);
    EXPECT_EQ(log_in_error("nobody", "wrong"), ErrorCode::kTooManyRequests);
}

TEST_F(SessionsTest, ALogInForgetsTheFailuresBeforeIt) {
    add_user("ann", "secret");
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(log_in_error("ann", "wrong"), ErrorCode::kWrongCredentials);
        EXPECT_EQ(log_in_error("ann", "wrong"), ErrorCode::kWrongCredentials);
        EXPECT_EQ(log_in_error("ann", "secret"), std::nullopt);
    }
}

TEST_F(SessionsTest, WhatTheServerHadNoTimeToTryDoesNotCount) {
    add_user("ann", "secret");
    for (Pool* pool : {&cpu, &blocking}) {
        {
            PoolHold hold(*pool);
            hold.fill();
            for (int i = 0; i < 3; ++i) EXPECT_EQ(log_in_error("ann", "wrong"), ErrorCode::kOverloaded);
        }
        run(until([pool] { return pool->unfinished() == 0; }));
    }
    EXPECT_EQ(log_in_error("ann", "secret"), std::nullopt);
}

TEST_F(SessionsTest, FailuresAreThoseOfAWholeIpv6Network) {
    add_user("ann", "secret");
    for (const char* address : {"2001:db8::1", "2001:db8::2", "2001:db8::3"})
        EXPECT_EQ(log_in_error("ann", "wrong", address), ErrorCode::kWrongCredentials);
    EXPECT_EQ(log_in_error("ann", "secret", "2001:db8::4"), ErrorCode::kTooManyRequests);
    EXPECT_EQ(log_in_error("ann", "secret", "2001:db8:0:1::4"), std::nullopt);
}

TEST_F(SessionsTest, WhoMayNotWaitIsRefusedAndNotCounted) {
    add_user("ann", "secret");
    const auto refusal = [&](identity::PasswordTurnLimits limits) {
        identity::PasswordQueue full(loop.executor(), cpu, clock, limits);
        Sessions refusing(with(throttle, full), {.bcrypt_cost = storage::kTestBcryptCost});
        return error_of(refusing.log_in("ann", "secret", {"10.0.0.1"}));
    };
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(refusal({.waiting_per_network_max = 0}), ErrorCode::kTooManyRequests);
        EXPECT_EQ(refusal({.waiting_max = 0}), ErrorCode::kOverloaded);
    }
    EXPECT_EQ(log_in_error("ann", "secret"), std::nullopt);
}

Awaitable<void> attempt(Sessions& sessions, std::string password, std::string address) {
    co_await code_of(sessions.log_in("ann", std::move(password), {std::move(address)}));
}

/// The first has the worker; then the one that has failed comes, and then the other.
Awaitable<void> come_after_a_failure(Sessions& sessions, identity::PasswordQueue& passwords, TaskGroup& people,
                                     Pool& cpu) {
    co_await attempt(sessions, "a mistake", "10.0.0.2");
    {
        PoolHold hold(cpu);
        people.spawn(attempt(sessions, "first", "10.0.0.1"));
        co_await until([&] { return passwords.running() == 1; });
        people.spawn(attempt(sessions, "has failed", "10.0.0.2"));
        co_await until([&] { return passwords.waiting() == 1; });
        people.spawn(attempt(sessions, "has not", "10.0.0.3"));
        co_await until([&] { return passwords.waiting() == 2; });
    }
    co_await people.join();
}

TEST_F(SessionsTest, WhoHasFailedWaitsForThoseWhoHaveNot) {
    add_user("ann", "secret");
    std::vector<std::string> compared;
    Sessions recorded(with(throttle, passwords,
                           [&](std::string_view password, const std::string&) {
                               compared.emplace_back(password);
                               return false;
                           }),
                      {.bcrypt_cost = storage::kTestBcryptCost});
    TaskGroup people(loop.executor(), log, "people");
    run(come_after_a_failure(recorded, passwords, people, cpu));
    EXPECT_THAT(compared, testing::ElementsAre("a mistake", "first", "has not", "has failed"));
}

/// One whose server goes away in the middle of a login.
class ThrottleThatIsAway final : public LoginThrottle {
  public:
    Awaitable<std::chrono::milliseconds> begin(std::string, std::string) override {
        if (!is_there) throw Error(ErrorCode::kServiceUnavailable, PublicMessage{"test"});
        co_return 0ms;
    }
    Awaitable<void> succeeded(std::string, std::string) override {
        throw Error(ErrorCode::kServiceUnavailable, PublicMessage{"test"});
    }
    Awaitable<void> not_tried(std::string, std::string) override {
        throw Error(ErrorCode::kServiceUnavailable, PublicMessage{"test"});
    }
    bool is_there = true;
};

TEST_F(SessionsTest, NobodyLogsInWhileFailuresCannotBeCounted) {
    add_user("ann", "secret");
    ThrottleThatIsAway away;
    Sessions without(with(away, passwords), {.bcrypt_cost = storage::kTestBcryptCost});
    EXPECT_EQ(error_of(without.log_in("ann", "secret", {"10.0.0.1"})), ErrorCode::kServiceUnavailable);
    EXPECT_EQ(error_of(without.log_in("ann", "wrong", {"10.0.0.1"})), ErrorCode::kWrongCredentials);
    {
        PoolHold hold(cpu);
        hold.fill();
        EXPECT_EQ(error_of(without.log_in("ann", "secret", {"10.0.0.1"})), ErrorCode::kOverloaded)
            << "what made it fail, not what came of telling the throttle";
    }
    away.is_there = false;
    EXPECT_EQ(error_of(without.log_in("ann", "wrong", {"10.0.0.1"})), ErrorCode::kServiceUnavailable);
}

TEST_F(SessionsTest, NamesThatNobodyCanHaveAreNotRemembered) {
    const std::string name(kUsernameMaxCharacters + 1, 'a');
    for (int i = 0; i < 10; ++i) EXPECT_EQ(log_in_error(name, "wrong"), ErrorCode::kWrongCredentials);
}

TEST_F(SessionsTest, TokensEndWithTheirTime) {
    add_user("ann", "secret");
    const Sessions::Login login = log_in("ann", "secret");
    clock.advance(15min);
    EXPECT_EQ(identify_error(login.access_token), std::nullopt);
    clock.advance(1s);
    EXPECT_EQ(identify_error(login.access_token), ErrorCode::kExpiredToken);
    EXPECT_EQ(identify_error(login.refresh_token, TokenType::kRefresh), std::nullopt);
    clock.advance(720h);
    EXPECT_EQ(identify_error(login.refresh_token, TokenType::kRefresh), ErrorCode::kExpiredToken);
}

TEST_F(SessionsTest, OneTypeOfTokenDoesNotServeAsTheOther) {
    add_user("ann", "secret");
    const Sessions::Login login = log_in("ann", "secret");
    EXPECT_EQ(identify_error(login.refresh_token, TokenType::kAccess), ErrorCode::kInvalidToken);
    EXPECT_EQ(identify_error(login.access_token, TokenType::kRefresh), ErrorCode::kInvalidToken);
}

TEST_F(SessionsTest, ATokenThatSomebodyElseSignedIsInvalid) {
    const User ann = add_user("ann", "secret");
    const crypto::TokenSigner other("another secret that is long enough for it");
    const std::string token =
        other.sign({.jti = Uuid::random(), .user = ann.uuid, .issued_at = clock.now(), .expires_at = clock.now() + 1h});
    EXPECT_EQ(identify_error(token), ErrorCode::kInvalidToken);
}

TEST_F(SessionsTest, TheAccountDecidesAndNotTheToken) {
    const User ann = add_user("ann", "secret", Role::kAdmin);
    const Sessions::Login login = log_in("ann", "secret");
    users.update(ann.uuid, {.role = Role::kUser, .suspended = std::nullopt});
    EXPECT_EQ(identify(login.access_token).principal.role, Role::kUser);
    users.update(ann.uuid, {.role = std::nullopt, .suspended = true});
    EXPECT_EQ(identify_error(login.access_token), ErrorCode::kUserSuspended);
    EXPECT_EQ(identify_error(login.refresh_token, TokenType::kRefresh), ErrorCode::kUserSuspended);
    execute("DELETE FROM users");
    EXPECT_EQ(identify_error(login.access_token), ErrorCode::kWrongCredentials);
}

TEST_F(SessionsTest, WhoHasNoLocalRecordIsStillIdentified) {
    const User ann = add_user("ann", "secret");
    const Sessions::Login login = log_in("ann", "secret");
    execute("DELETE FROM local_users");
    const Account account = identify(login.access_token);
    EXPECT_EQ(account.user.uuid, ann.uuid);
    EXPECT_EQ(account.local.password_hash, "");
    EXPECT_EQ(error_of(sessions.change_password(account, "", "new", "10.0.0.1")), ErrorCode::kWrongCredentials);
}

TEST_F(SessionsTest, TokensOfBeforeThePasswordGenerationHoldUntilTheFirstChange) {
    const User ann = add_user("ann", "secret");
    const std::string old = signer.sign(
        {.jti = Uuid::random(), .user = ann.uuid, .issued_at = clock.now(), .expires_at = clock.now() + 15min});
    EXPECT_EQ(identify_error(old), std::nullopt);
    users.set_password(ann.uuid, "another hash", storage::NextLogin::kKeepsPassword);
    EXPECT_EQ(identify_error(old), ErrorCode::kRevokedToken);
}

TEST_F(SessionsTest, AnApiTokenActsAsAUserAndIsNeverFresh) {
    const User ann = add_user("ann", "secret", Role::kAdmin);
    const Uuid jti = Uuid::random();
    list_api_token(ann, jti);
    const std::string token = api_token(ann, jti);
    const Account account = identify(token);
    EXPECT_EQ(account.principal.user, ann.uuid);
    EXPECT_EQ(account.principal.role, Role::kUser);
    EXPECT_EQ(account.user.role, Role::kAdmin);
    EXPECT_TRUE(account.principal.is_api_token);
    EXPECT_FALSE(account.principal.is_fresh);
    clock.advance(24h * 3650);
    EXPECT_EQ(identify_error(token), std::nullopt);
    EXPECT_EQ(identify_error(token, TokenType::kRefresh), ErrorCode::kInvalidToken);
}

TEST_F(SessionsTest, AnApiTokenMustBeListedForItsUserAndNotRevoked) {
    const User ann = add_user("ann", "secret");
    const User bob = add_user("bob", "secret");
    const Uuid jti = Uuid::random();
    list_api_token(ann, jti);
    EXPECT_EQ(identify_error(api_token(ann, Uuid::random())), ErrorCode::kRevokedToken) << "unknown";
    EXPECT_EQ(identify_error(api_token(bob, jti)), ErrorCode::kRevokedToken) << "another user's";
    EXPECT_EQ(identify_error(api_token(ann, jti)), std::nullopt);
    api_tokens.revoke(jti);
    EXPECT_EQ(identify_error(api_token(ann, jti)), ErrorCode::kRevokedToken);
}

TEST_F(SessionsTest, AnApiTokenOfASuspendedUserIsRefused) {
    const User ann = add_user("ann", "secret");
    const Uuid jti = Uuid::random();
    list_api_token(ann, jti);
    users.update(ann.uuid, {.role = std::nullopt, .suspended = true});
    EXPECT_EQ(identify_error(api_token(ann, jti)), ErrorCode::kUserSuspended);
}

TEST_F(SessionsTest, ARefreshedAccessTokenIsNotFresh) {
    add_user("ann", "secret");
    const Sessions::Login login = log_in("ann", "secret");
    const std::string token = sessions.refreshed_access_token(identify(login.refresh_token, TokenType::kRefresh));
    EXPECT_FALSE(identify(token).principal.is_fresh);
    EXPECT_EQ(identify_error(token, TokenType::kRefresh), ErrorCode::kInvalidToken);
}

TEST_F(SessionsTest, AChangeOfThePasswordEndsOlderTokensButNotApiTokens) {
    const User ann = add_user("ann", "secret");
    const Uuid jti = Uuid::random();
    list_api_token(ann, jti);
    const Sessions::Login before = log_in("ann", "secret");
    const Sessions::Login here = log_in("ann", "secret");

    const std::string token =
        run(sessions.change_password(identify(here.access_token), "secret", "better", "10.0.0.1"));

    const Account account = identify(token);
    EXPECT_TRUE(account.principal.is_fresh);
    EXPECT_FALSE(account.local.force_password_change);
    EXPECT_EQ(signer.verify(token, clock.now()).user_claims->force_password_change, false);
    EXPECT_EQ(identify_error(before.access_token), ErrorCode::kRevokedToken);
    EXPECT_EQ(identify_error(before.refresh_token, TokenType::kRefresh), ErrorCode::kRevokedToken);
    EXPECT_EQ(identify_error(api_token(ann, jti)), std::nullopt);
    EXPECT_EQ(log_in_error("ann", "secret"), ErrorCode::kWrongCredentials);
    EXPECT_EQ(log_in_error("ann", "better"), std::nullopt);
}

TEST_F(SessionsTest, GuessingAPasswordByChangingItIsStoppedLikeALogIn) {
    add_user("ann", "secret");
    const Account account = identify(log_in("ann", "secret").access_token);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(error_of(sessions.change_password(account, "wrong", "better", "10.0.0.1")),
                  ErrorCode::kWrongCredentials);
    EXPECT_EQ(error_of(sessions.change_password(account, "secret", "better", "10.0.0.1")), ErrorCode::kTooManyRequests);
    EXPECT_EQ(log_in_error("ann", "secret"), ErrorCode::kTooManyRequests);
}

TEST_F(SessionsTest, AChangeThatIsRefusedChangesNothing) {
    add_user("ann", "secret");
    const Sessions::Login login = log_in("ann", "secret");
    const Account account = identify(login.access_token);
    EXPECT_EQ(error_of(sessions.change_password(account, "wrong", "better", "10.0.0.1")), ErrorCode::kWrongCredentials);
    EXPECT_EQ(error_of(sessions.change_password(account, "secret", std::string("nul\0here", 8), "10.0.0.1")),
              ErrorCode::kInvalidInput);
    EXPECT_EQ(identify_error(login.access_token), std::nullopt);
    EXPECT_EQ(log_in_error("ann", "secret"), std::nullopt);
    execute("DELETE FROM users");
    EXPECT_EQ(error_of(sessions.change_password(account, "secret", "better", "10.0.0.1")),
              ErrorCode::kWrongCredentials);
}

TEST_F(SessionsTest, ALogInIsASessionThatItsTokensName) {
    const User ann = add_user("ann", "secret");
    run(sessions.log_in("ann", "secret", {.address = "10.0.0.7", .agent = std::string(254, 'x') + "\u00fc"}));
    const auto listed = login_sessions.list(ann.uuid, clock.now());
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].address, "10.0.0.7");
    EXPECT_EQ(listed[0].agent, std::string(254, 'x')) << "cut between two characters";
    EXPECT_EQ(listed[0].created, clock.now());
    EXPECT_EQ(listed[0].expires, clock.now() + 720h + 15min);
}

TEST_F(SessionsTest, ASessionWithoutRefreshTokenIsShort) {
    const User ann = add_user("ann", "secret");
    const auto login = run(sessions.log_in("ann", "secret", {"10.0.0.1"}, {LoginPurpose::Kind::kProof}));
    EXPECT_EQ(login.refresh_token, "");
    EXPECT_EQ(login_sessions.list(ann.uuid, clock.now()).at(0).expires, clock.now() + 15min);
}

TEST_F(SessionsTest, AProofOfThePasswordBelongsToTheSessionThatIsThere) {
    const User ann = add_user("ann", "secret");
    add_user("eve", "secret");
    const auto login = log_in("ann", "secret");
    const Account present = identify(login.refresh_token, TokenType::kRefresh);
    const auto proof = run(sessions.log_in("ann", "secret", {"10.0.0.1"}, {LoginPurpose::Kind::kProof, present}));
    EXPECT_EQ(identify(proof.access_token).claims.session, present.claims.session);
    EXPECT_EQ(login_sessions.list(ann.uuid, clock.now()).size(), 1U);

    const auto eves = run(sessions.log_in("eve", "secret", {"10.0.0.1"}, {LoginPurpose::Kind::kProof, present}));
    EXPECT_NE(identify(eves.access_token).claims.session, present.claims.session) << "it is not hers";

    run(sessions.change_password(identify(proof.access_token), "secret", "better", "10.0.0.1"));
    EXPECT_EQ(identify_error(login.refresh_token, TokenType::kRefresh), std::nullopt);
}

TEST_F(SessionsTest, LogOutEndsTheTokensOfOneLogInOnly) {
    add_user("ann", "secret");
    const auto here = log_in("ann", "secret");
    const auto there = log_in("ann", "secret");
    const auto refreshed = sessions.refreshed_access_token(identify(here.refresh_token, TokenType::kRefresh));
    run(sessions.log_out(identify(refreshed)));
    EXPECT_EQ(identify_error(here.access_token), ErrorCode::kRevokedToken);
    EXPECT_EQ(identify_error(refreshed), ErrorCode::kRevokedToken);
    EXPECT_EQ(identify_error(here.refresh_token, TokenType::kRefresh), ErrorCode::kRevokedToken);
    EXPECT_EQ(identify_error(there.access_token), std::nullopt);
}

TEST_F(SessionsTest, APasswordChangeKeepsItsOwnSession) {
    add_user("ann", "secret");
    const auto here = log_in("ann", "secret");
    const auto there = log_in("ann", "secret");
    const auto changed = run(sessions.change_password(identify(here.access_token), "secret", "better", "10.0.0.1"));
    EXPECT_FALSE(identify(changed).local.force_password_change);
    const Account refreshing = identify(here.refresh_token, TokenType::kRefresh);
    EXPECT_EQ(identify_error(sessions.refreshed_access_token(refreshing)), std::nullopt);
    EXPECT_EQ(identify_error(there.access_token), ErrorCode::kRevokedToken);
    EXPECT_EQ(identify_error(there.refresh_token, TokenType::kRefresh), ErrorCode::kRevokedToken);
}

TEST_F(SessionsTest, TokensFromBeforeThereWereSessionsEndWithTheirPassword) {
    const User ann = add_user("ann", "secret");
    const std::string old = signer.sign({.jti = Uuid::random(),
                                         .user = ann.uuid,
                                         .is_fresh = true,
                                         .issued_at = clock.now(),
                                         .expires_at = clock.now() + 15min,
                                         .password_generation = 0});
    const Account account = identify(old);
    EXPECT_EQ(error_of(sessions.log_out(account)), ErrorCode::kConflict);
    const auto changed = run(sessions.change_password(account, "secret", "better", "10.0.0.1"));
    EXPECT_EQ(identify_error(changed), std::nullopt);
    EXPECT_EQ(identify_error(old), ErrorCode::kRevokedToken);
}

TEST_F(SessionsTest, ASessionOfAnotherUserVouchesForNobody) {
    add_user("ann", "secret");
    const User eve = add_user("eve", "secret");
    const auto session = identify(log_in("ann", "secret").access_token).claims.session;
    const std::string token = signer.sign({.jti = Uuid::random(),
                                           .user = eve.uuid,
                                           .issued_at = clock.now(),
                                           .expires_at = clock.now() + 15min,
                                           .password_generation = 0,
                                           .session = session});
    EXPECT_EQ(identify_error(token), ErrorCode::kRevokedToken);
}

TEST_F(SessionsTest, UseIsWrittenDownForAllSessionsAtOnce) {
    const User ann = add_user("ann", "secret");
    const auto login = log_in("ann", "secret");
    const Timestamp logged_in = clock.now();
    clock.advance(5min);
    identify(login.access_token);
    EXPECT_EQ(login_sessions.list(ann.uuid, clock.now()).at(0).last_used, logged_in) << "a request writes nothing";
    run(use.store());
    EXPECT_EQ(login_sessions.list(ann.uuid, clock.now()).at(0).last_used, clock.now());
}

}  // namespace
}  // namespace karmen::identity
