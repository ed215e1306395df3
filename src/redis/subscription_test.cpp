#include "redis/subscription.hpp"

#include "redis/test_server.hpp"
#include "runtime/loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace karmen::redis {
namespace {

using namespace std::chrono_literals;

class Notes final : public Subscription::Listener {
  public:
    void on_subscribed() override { notes.emplace_back("subscribed"); }
    void on_message(std::string_view channel, const std::string& payload) override {
        notes.push_back(std::string(channel) + ": " + payload);
    }
    std::vector<std::string> notes;
};

class RedisSubscriptionTest : public testing::Test {
  protected:
    Awaitable<void> publish(std::string channel, std::string payload) {
        co_await client_.command({"PUBLISH", channel, payload});
    }

    /// What the listener has noted is known to have come when this has been said once more.
    Awaitable<void> until_noted(std::string note) {
        co_await until([this, note] { return !notes_.notes.empty() && notes_.notes.back() == note; });
    }

    Awaitable<void> around(Awaitable<void> scenario) {
        co_await client_.start();
        subscription_.start();
        co_await until_noted("subscribed");
        co_await publish("one", "1");
        co_await publish("other", "not heard");
        co_await publish("two", std::string("a\0b", 3));
        co_await until_noted(std::string("two: a\0b", 8));
        co_await std::move(scenario);
        co_await until_noted("subscribed");
        co_await until([this] { return client_.is_connected(); });
        co_await publish("one", "again");
        co_await until_noted("one: again");
        co_await subscription_.stop();
        co_await client_.stop();
    }

    Awaitable<void> restart() {
        server_.kill();
        server_.start();
        co_return;
    }

    /// Nothing but the missing answer to a ping tells that the server hangs.
    Awaitable<void> hang() {
        server_.pause();
        co_await until([this] { return !subscription_.is_subscribed(); });
        server_.resume();
    }

    Loop loop_;
    Log log_ = Log::silent();
    TestServer server_;
    Notes notes_;
    Client client_{loop_.executor(), quick(server_.url()), log_, kQuickDelay};
    Subscription subscription_{loop_.executor(),
                               {.connection = quick(server_.url()), .delay = kQuickDelay, .ping_interval = 20ms},
                               {"one", "two"},
                               notes_,
                               log_};
};

TEST_F(RedisSubscriptionTest, SaysAfterARestartThatMessagesMayHaveBeenMissed) {
    loop_.run_until_done(around(restart()));
    EXPECT_EQ(notes_.notes.front(), "subscribed");
    EXPECT_THAT(notes_.notes, testing::Not(testing::Contains(testing::HasSubstr("not heard"))));
}

TEST_F(RedisSubscriptionTest, LeavesAServerThatHangs) {
    loop_.run_until_done(around(hang()));
    EXPECT_EQ(std::ranges::count(notes_.notes, "subscribed"), 2);
}

}  // namespace
}  // namespace karmen::redis
