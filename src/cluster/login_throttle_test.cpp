#include "identity/login_throttle.hpp"

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/test_clock.hpp"
#include "cluster/redis_login_throttle.hpp"
#include "identity/memory_login_throttle.hpp"
#include "redis/test_server.hpp"
#include "runtime/loop.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace karmen::cluster {
namespace {

using identity::LoginThrottle;
using identity::LoginThrottleOptions;
using identity::MemoryLoginThrottle;
using namespace std::chrono_literals;

constexpr LoginThrottleOptions kOptions{
    .failures_slow = 5, .failures_max = 20, .window = 5min, .block = 15min, .names_slow = 10, .names_interval = 2s};
constexpr auto kBlocked = std::chrono::milliseconds(-1);

enum class ThrottleKind { kMemory, kRedis };

/// The contract of every throttle. With Redis, two objects take turns, as two processes would.
class LoginThrottleTest : public testing::TestWithParam<ThrottleKind> {
  protected:
    using Scenario = Awaitable<void> (*)(LoginThrottleTest&);

    void run(Scenario scenario) {
        if (GetParam() == ThrottleKind::kMemory)
            loop_.run_until_done(scenario(*this));
        else
            loop_.run_until_done(with_redis(scenario));
    }

    Awaitable<void> with_redis(Scenario scenario) {
        client_ = std::make_unique<redis::Client>(loop_.executor(), redis::quick(redis::shared_server()), log_);
        co_await client_->start();
        const std::string prefix = "test:" + random_hex(8) + ":";
        throttle_ = std::make_unique<RedisLoginThrottle>(*client_, prefix, kOptions, &clock);
        other_ = std::make_unique<RedisLoginThrottle>(*client_, prefix, kOptions, &clock);
        co_await scenario(*this);
        co_await client_->stop();
    }

  public:
    LoginThrottle& throttle() {
        if (other_) std::swap(throttle_, other_);
        return *throttle_;
    }

    /// kBlocked: it was not let through.
    Awaitable<std::chrono::milliseconds> begin(std::string username, std::string address) {
        try {
            co_return co_await throttle().begin(username, address);
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::kTooManyRequests);
            retry_after_s = error.retry_after_s();
            co_return kBlocked;
        }
    }
    Awaitable<void> fail_times(int count) {
        for (int i = 0; i < count; ++i) co_await begin("ann", "10.0.0.1");
    }
    /// Each name once.
    Awaitable<void> spray(int names) {
        for (int i = 0; i < names; ++i) co_await begin("name " + std::to_string(i), "10.0.0.1");
    }

    TurnableClock clock;
    int retry_after_s = 0;

  private:
    Loop loop_;
    Log log_ = Log::silent();
    std::unique_ptr<redis::Client> client_;
    std::unique_ptr<LoginThrottle> throttle_ = std::make_unique<MemoryLoginThrottle>(kOptions, clock);
    std::unique_ptr<LoginThrottle> other_;
};
INSTANTIATE_TEST_SUITE_P(, LoginThrottleTest, testing::Values(ThrottleKind::kMemory, ThrottleKind::kRedis),
                         [](const auto& kind) { return kind.param == ThrottleKind::kMemory ? "Memory" : "Redis"; });

Awaitable<void> slow_down(LoginThrottleTest& test) {
    co_await test.fail_times(4);
    EXPECT_EQ(co_await test.begin("ann", "10.0.0.1"), 0ms);
    EXPECT_EQ(co_await test.begin("ann", "10.0.0.1"), 500ms);
    EXPECT_EQ(co_await test.begin("ann", "10.0.0.1"), 1000ms);
    co_await test.fail_times(10);
    EXPECT_EQ(co_await test.begin("ann", "10.0.0.1"), 5000ms) << "the longest";
}

TEST_P(LoginThrottleTest, TheFirstFailuresCostNoTimeAndLaterOnesMore) {
    run(slow_down);
}

Awaitable<void> block(LoginThrottleTest& test) {
    co_await test.fail_times(20);
    EXPECT_EQ(co_await test.begin("ann", "10.0.0.1"), kBlocked);
    EXPECT_EQ(test.retry_after_s, 15 * 60);
    test.clock.advance(15min - 1s);
    EXPECT_EQ(co_await test.begin("ann", "10.0.0.1"), kBlocked);
    EXPECT_EQ(test.retry_after_s, 1);
    test.clock.advance(2s);
    EXPECT_EQ(co_await test.begin("ann", "10.0.0.1"), 0ms);
}

TEST_P(LoginThrottleTest, StopsAfterTooManyUntilTheBlockIsOver) {
    run(block);
}

Awaitable<void> try_elsewhere(LoginThrottleTest& test) {
    co_await test.fail_times(20);
    EXPECT_EQ(co_await test.begin("ann", "10.0.0.2"), 0ms);
    EXPECT_EQ(co_await test.begin("bob", "10.0.0.1"), 0ms);
}

TEST_P(LoginThrottleTest, OtherUsersAndAddressesAreFree) {
    run(try_elsewhere);
}

Awaitable<void> forget(LoginThrottleTest& test) {
    co_await test.fail_times(6);
    test.clock.advance(5min + 1s);
    EXPECT_EQ(co_await test.begin("ann", "10.0.0.1"), 0ms);
    co_await test.fail_times(6);
    co_await test.throttle().succeeded("ann", "10.0.0.1");
    EXPECT_EQ(co_await test.begin("ann", "10.0.0.1"), 0ms);
}

TEST_P(LoginThrottleTest, FailuresAgeAndASuccessForgetsThem) {
    run(forget);
}

Awaitable<void> take_back(LoginThrottleTest& test) {
    co_await test.fail_times(5);
    for (int i = 0; i < 30; ++i) {
        EXPECT_EQ(co_await test.begin("ann", "10.0.0.1"), 500ms);
        co_await test.throttle().not_tried("ann", "10.0.0.1");
    }
    co_await test.throttle().not_tried("bob", "10.0.0.1");
    EXPECT_EQ(co_await test.begin("bob", "10.0.0.1"), 0ms);
    co_await test.throttle().not_tried("bob", "10.0.0.1");
    co_await test.fail_times(14);
    co_await test.throttle().not_tried("ann", "10.0.0.1");
    co_await test.fail_times(1);
    EXPECT_EQ(co_await test.begin("ann", "10.0.0.1"), 5000ms);
    EXPECT_EQ(co_await test.begin("ann", "10.0.0.1"), kBlocked);
    co_await test.throttle().not_tried("ann", "10.0.0.1");
    EXPECT_EQ(co_await test.begin("ann", "10.0.0.1"), kBlocked) << "a block is not taken back";
}

TEST_P(LoginThrottleTest, WhatWasNotTriedDoesNotCount) {
    run(take_back);
}

Awaitable<void> spray_names(LoginThrottleTest& test) {
    co_await test.spray(9);
    EXPECT_EQ(co_await test.begin("the tenth", "10.0.0.1"), 0ms);
    EXPECT_EQ(co_await test.begin("a", "10.0.0.1"), 0ms) << "the first place is free";
    EXPECT_EQ(co_await test.begin("b", "10.0.0.1"), 2s) << "all names of the network share them";
    EXPECT_EQ(co_await test.begin("c", "10.0.0.1"), 4s);
    EXPECT_EQ(co_await test.begin("d", "10.0.0.1"), kBlocked);
    EXPECT_EQ(test.retry_after_s, 6);
    EXPECT_EQ(co_await test.begin("a", "10.0.0.2"), 0ms) << "elsewhere";
    test.clock.advance(1s);
    EXPECT_EQ(co_await test.begin("e", "10.0.0.1"), 5s);
    test.clock.advance(1h);
    EXPECT_EQ(co_await test.begin("f", "10.0.0.1"), 0ms) << "the failures have aged";
    EXPECT_EQ(co_await test.begin("g", "10.0.0.1"), 0ms);
}

TEST_P(LoginThrottleTest, ManyNamesFromOneNetworkShareAFewAttempts) {
    run(spray_names);
}

Awaitable<void> spray_on(LoginThrottleTest& test) {
    co_await test.spray(10);
    for (int i = 0; i < 100; ++i) {
        test.clock.advance(4s);
        EXPECT_EQ(co_await test.begin("a" + std::to_string(i), "10.0.0.1"), 0ms);
        EXPECT_EQ(co_await test.begin("b" + std::to_string(i), "10.0.0.1"), 2s) << "whoever goes on stays slow";
    }
}

TEST_P(LoginThrottleTest, WhoGoesOnWithOtherNamesStaysSlow) {
    run(spray_on);
}

Awaitable<void> many_people(LoginThrottleTest& test) {
    for (int i = 0; i < 50; ++i) {
        const std::string name = "person " + std::to_string(i);
        EXPECT_EQ(co_await test.begin(name, "10.0.0.1"), 0ms);
        EXPECT_EQ(co_await test.begin(name, "10.0.0.1"), 0ms) << "mistyped once";
        co_await test.throttle().succeeded(name, "10.0.0.1");
    }
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(co_await test.begin("busy " + std::to_string(i), "10.0.0.1"), 0ms);
        co_await test.throttle().not_tried("busy " + std::to_string(i), "10.0.0.1");
    }
    co_await test.fail_times(20);
    EXPECT_EQ(co_await test.begin("bob", "10.0.0.1"), 0ms) << "one name, however often it fails, is one";
}

TEST_P(LoginThrottleTest, ManyPeopleBehindOneAddressAreNotSlow) {
    run(many_people);
}

Awaitable<void> take_back_one_of_two(LoginThrottleTest& test) {
    co_await test.spray(10);
    co_await test.begin("name 0", "10.0.0.1");
    co_await test.throttle().not_tried("name 0", "10.0.0.1");
    EXPECT_EQ(co_await test.begin("bob", "10.0.0.1"), 2s) << "the name has failed before";
}

TEST_P(LoginThrottleTest, ANameThatHasFailedStaysOneWhenALaterAttemptIsTakenBack) {
    run(take_back_one_of_two);
}

Awaitable<void> come_from_everywhere(LoginThrottleTest& test) {
    co_await test.spray(12);
    EXPECT_EQ(co_await test.begin("ann", "10.0.0.1"), 4s);
    for (std::size_t i = 0; i < MemoryLoginThrottle::kNetworksMax; ++i) {
        test.clock.advance(1ms);
        co_await test.begin("ann", "network " + std::to_string(i));
    }
    EXPECT_EQ(co_await test.begin("ann", "10.0.0.1"), 0ms) << "the one that failed longest ago is forgotten";
}

class MemoryLoginThrottleTest : public LoginThrottleTest {};
INSTANTIATE_TEST_SUITE_P(, MemoryLoginThrottleTest, testing::Values(ThrottleKind::kMemory));

TEST_P(MemoryLoginThrottleTest, RemembersOnlySoManyNetworks) {
    run(come_from_everywhere);
}

Awaitable<std::vector<std::string>> keys_after_attempts(redis::Client& client) {
    RedisLoginThrottle throttle(client, "p:", kOptions);
    co_await throttle.begin("ann", "10.0.0.1");
    co_await throttle.begin("bob", "10.0.0.1");
    co_await throttle.not_tried("bob", "10.0.0.1");
    redis::Arguments command{"KEYS", "*"};
    const redis::Reply keys = co_await client.command(std::move(command));
    std::vector<std::string> result;
    for (const redis::Reply& key : keys.array()) {
        redis::Arguments question{"PTTL", key.text()};
        const redis::Reply left = co_await client.command(std::move(question));
        EXPECT_GT(left.integer(), 0) << "it would stay for ever";
        EXPECT_LE(left.integer(), std::chrono::milliseconds(kOptions.window).count());
        result.push_back(key.text());
    }
    co_return result;
}

Awaitable<void> leave_no_names(redis::TestServer& server, Loop& loop) {
    Log log = Log::silent();
    redis::Client client(loop.executor(), redis::quick(server.url()), log);
    co_await client.start();
    const auto keys = co_await keys_after_attempts(client);
    EXPECT_EQ(keys.size(), 2U) << "one that was taken back leaves nothing; the network has a key of its own";
    for (const std::string& key : keys) {
        EXPECT_EQ(key.find("ann"), std::string::npos);
        EXPECT_TRUE(key.starts_with("p:login:") || key == "p:login-names:10.0.0.1");
    }
    co_await client.stop();
}

TEST(RedisLoginThrottle, LeavesNoNamesInRedisAndNothingForLong) {
    redis::TestServer server;
    Loop loop;
    loop.run_until_done(leave_no_names(server, loop));
}

Awaitable<ErrorCode> begin_without_redis(redis::TestServer& server, Loop& loop) {
    Log log = Log::silent();
    server.kill();
    redis::Client client(loop.executor(), redis::quick(server.url()), log);
    co_await client.start();
    RedisLoginThrottle throttle(client, "p:", kOptions);
    ErrorCode code = ErrorCode::kInternal;
    try {
        co_await throttle.begin("ann", "10.0.0.1");
    } catch (const Error& error) {
        code = error.code();
        EXPECT_GT(error.retry_after_s(), 0);
    }
    co_await client.stop();
    co_return code;
}

TEST(RedisLoginThrottle, LetsNobodyTryWhileItCannotCount) {
    redis::TestServer server;
    Loop loop;
    EXPECT_EQ(loop.run_until_done(begin_without_redis(server, loop)), ErrorCode::kServiceUnavailable);
}

Awaitable<bool> is_blocked_without_our_clock(redis::TestServer& server, Loop& loop) {
    Log log = Log::silent();
    redis::Client client(loop.executor(), redis::quick(server.url()), log);
    co_await client.start();
    RedisLoginThrottle throttle(client, "p:", kOptions);
    for (int i = 0; i < kOptions.failures_max; ++i) co_await throttle.begin("ann", "10.0.0.1");
    bool is_blocked = false;
    try {
        co_await throttle.begin("ann", "10.0.0.1");
    } catch (const Error& error) {
        is_blocked = error.code() == ErrorCode::kTooManyRequests && error.retry_after_s() > 0;
    }
    co_await client.stop();
    co_return is_blocked;
}

TEST(RedisLoginThrottle, CountsByTheClockOfRedis) {
    redis::TestServer server;
    Loop loop;
    EXPECT_TRUE(loop.run_until_done(is_blocked_without_our_clock(server, loop)));
}

}  // namespace
}  // namespace karmen::cluster
