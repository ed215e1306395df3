#include "api/stream_access.hpp"

#include "events/test_bench.hpp"
#include "identity/memory_login_throttle.hpp"
#include "storage/tables/api_token_repository.hpp"

namespace karmen::api {
namespace {

using namespace std::chrono_literals;

class StreamAccessTest : public events::ServiceTest {
  public:
    StreamAccessTest() { account = run(sessions.identify(token(), crypto::TokenType::kAccess)); }

    std::string token() {
        const Principal ann = add_account("ann");
        return signer.sign({.jti = Uuid::random(),
                            .user = ann.user,
                            .type = crypto::TokenType::kAccess,
                            .issued_at = clock.now(),
                            .expires_at = clock.now() + 1h,
                            .password_generation = 0});
    }
    void play(Awaitable<void> (*scenario)(StreamAccessTest&, StreamChecks&), StreamChecks::Options options) {
        StreamChecks checks(loop.executor(), sessions, options, log);
        run(run_then_stop(scenario(*this, checks), checks));
    }
    void suspend() { users.update(account->user.uuid, {.suspended = true}); }

    storage::UserRepository users{*database};
    storage::ApiTokenRepository api_tokens{*database};
    storage::SessionRepository login_sessions{*database};
    identity::SessionUse use{login_sessions, clock, blocking, log};
    const crypto::TokenSigner signer{"0123456789abcdef0123456789abcdef"};
    identity::MemoryLoginThrottle throttle{{}, clock};
    identity::PasswordQueue passwords{loop.executor(), cpu, clock, {}};
    identity::Sessions sessions{{.users = users,
                                 .api_tokens = api_tokens,
                                 .login_sessions = login_sessions,
                                 .use = use,
                                 .signer = signer,
                                 .throttle = throttle,
                                 .clock = clock,
                                 .blocking = blocking,
                                 .passwords = passwords},
                                {.bcrypt_cost = storage::kTestBcryptCost}};
    std::optional<identity::Account> account;
};

Awaitable<int> one() {
    co_return 1;
}

Awaitable<int> never() {
    Event event(co_await boost::asio::this_coro::executor);
    co_await event.wait();
    co_return 1;
}

/// Pieces of the stream until one of them is refused, and with it all that follow. Nothing has confirmed the right to
/// it meanwhile.
Awaitable<void> read_to_the_end(StreamAccess& access) {
    const auto begun = access.confirmed();
    while (co_await access.next(one())) co_await sleep_for(1ms);
    EXPECT_FALSE(co_await access.next(one()));
    EXPECT_EQ(access.confirmed(), begun);
}

Awaitable<void> suspend_while_nothing_comes(StreamAccessTest& t, StreamChecks& checks) {
    StreamAccess access = checks.begin(t.account);
    EXPECT_TRUE(co_await access.next(one()));
    t.suspend();
    EXPECT_FALSE(co_await access.next(never()));
    EXPECT_FALSE(co_await access.next(one()));
}

TEST_F(StreamAccessTest, EndsTheStreamOfASuspendedUserAlsoWhileNothingComes) {
    play(suspend_while_nothing_comes, {.interval = 1ms, .unchecked_max = 1h});
}

Awaitable<void> stream_while_the_database_hangs(StreamAccessTest& t, StreamChecks& checks) {
    const PoolHold hang(t.blocking);
    const std::size_t before = t.blocking.unfinished();
    {
        StreamAccess access = checks.begin(t.account);
        co_await until([&] { return t.blocking.unfinished() > before; });
        for (int piece = 0; piece < 10; ++piece) EXPECT_TRUE(co_await access.next(one()));
    }
    // And a stream that ends meanwhile waits for nothing.
}

TEST_F(StreamAccessTest, ADatabaseThatHangsHoldsNeitherTheDataNorTheEndOfAStream) {
    play(stream_while_the_database_hangs, {.interval = 1ms, .unchecked_max = 1h});
}

Awaitable<void> stream_without_checks(StreamAccessTest& t, StreamChecks& checks) {
    const PoolHold hang(t.blocking);
    StreamAccess access = checks.begin(t.account);
    co_await read_to_the_end(access);
}

TEST_F(StreamAccessTest, GoesOnWithoutChecksUntilTheLimit) {
    play(stream_without_checks, {.interval = 1ms, .unchecked_max = 30ms});
}

Awaitable<void> stream_while_the_database_refuses(StreamAccessTest& t, StreamChecks& checks) {
    PoolHold hang(t.blocking);
    hang.fill();  // every check is refused at once
    StreamAccess access = checks.begin(t.account);
    co_await read_to_the_end(access);
}

TEST_F(StreamAccessTest, FailedChecksCountAsNone) {
    play(stream_while_the_database_refuses, {.interval = 1ms, .unchecked_max = 30ms});
}

Awaitable<void> stream_until_checked(StreamAccessTest& t, StreamChecks& checks) {
    StreamAccess access = checks.begin(t.account);
    const auto begun = access.confirmed();
    co_await until([&] { return access.confirmed() > begun; });
    EXPECT_TRUE(co_await access.next(one()));
}

TEST_F(StreamAccessTest, EachCheckLengthensTheStream) {
    play(stream_until_checked, {.interval = 1ms, .unchecked_max = 1h});
}

Awaitable<void> stream_of_nobody(StreamAccessTest& t, StreamChecks& checks) {
    const PoolHold hang(t.blocking);
    StreamAccess access = checks.begin(std::nullopt);
    co_await sleep_for(5ms);
    EXPECT_TRUE(co_await access.next(one()));
}

TEST_F(StreamAccessTest, WhatEverybodyMayHaveIsNotChecked) {
    play(stream_of_nobody, {.interval = 1ms, .unchecked_max = 1ms});
}

}  // namespace
}  // namespace karmen::api
