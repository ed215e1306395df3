#include "cluster/redis_event_journal.hpp"

#include "cluster/test_redis.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace karmen::cluster {
namespace {

using namespace std::chrono_literals;
using events::EventFollower;
using events::EventId;
using events::kResetEvent;
using testing::ElementsAre;

/// Two processes with followers, and one that only publishes, on a Redis of their own.
class RedisEventJournalTest : public ClusterTest {
  public:
    using Scenario = Awaitable<void> (*)(RedisEventJournalTest&);
    void play(Scenario scenario) { ClusterTest::play(scenario(*this)); }

    Awaitable<void> start() override {
        co_await own_client.start();
        one.journal.start();
        other.journal.start();
        co_await until_both_read();
    }
    Awaitable<void> stop() override {
        for (Process* process : {&one, &other, &publisher}) co_await process->journal.stop();
        co_await own_client.stop();
    }
    Awaitable<void> until_both_read() {
        co_await until([&] { return one.journal.is_reading() && other.journal.is_reading(); });
    }

    struct Process {
        explicit Process(RedisEventJournalTest& test)
            : journal(test.loop.executor(), test.own_client,
                      {.history = {.events_max = 5}, .read_time = 50ms, .loss_retry = 10ms}, test.log) {}
        RedisEventJournal journal;
    };

    /// The next event, by its data; of a reset its name.
    static Awaitable<std::string> next(EventFollower& follower,
                                       std::source_location where = std::source_location::current()) {
        for (const TestDeadline deadline(where);; deadline.check()) {
            const auto events = co_await follower.next(10ms);
            if (events->empty()) continue;
            EXPECT_EQ(events->size(), 1U);
            co_return events->front()->name == kResetEvent ? kResetEvent : events->front()->data;
        }
    }
    static Awaitable<std::vector<std::string>> collect(EventFollower& follower, std::size_t count,
                                                       std::source_location where = std::source_location::current()) {
        std::vector<std::string> all;
        for (const TestDeadline deadline(where); all.size() < count; deadline.check()) {
            const auto events = co_await follower.next(10ms);
            for (const auto& event : *events) all.push_back(event->name == kResetEvent ? event->name : event->data);
        }
        co_return all;
    }

    redis::TestServer server;
    redis::Client own_client{loop.executor(), redis::quick(server.url()), log, redis::kQuickDelay};
    Process one{*this};
    Process other{*this};
    Process publisher{*this};
};

using Self = RedisEventJournalTest;

TEST_F(RedisEventJournalTest, WhatOnePublishesAllHearInTheSameOrderWithTheSameIds) {
    play([](Self& t) -> Awaitable<void> {
        EventFollower at_one = t.one.journal.history().follow("0-0");
        EventFollower at_other = t.other.journal.history().follow("0-0");
        for (const char* data : {"1", "2", "3"}) t.publisher.journal.publish("n", data);
        EXPECT_THAT(co_await Self::collect(at_one, 3), ElementsAre("1", "2", "3"));
        EXPECT_THAT(co_await Self::collect(at_other, 3), ElementsAre("1", "2", "3"));
        EXPECT_EQ(t.one.journal.history().newest(), t.other.journal.history().newest());
        EXPECT_GT(t.one.journal.history().newest(), EventId{});
    });
}

TEST_F(RedisEventJournalTest, AProcessThatStartsKnowsWhatWasBefore) {
    play([](Self& t) -> Awaitable<void> {
        EventFollower before = t.one.journal.history().follow("0-0");
        for (const char* data : {"1", "2", "3"}) t.one.journal.publish("n", data);
        const auto first = co_await before.next(10ms);
        co_await Self::collect(before, first->size() < 3 ? 3 - first->size() : 0);

        Process late(t);
        late.journal.start();
        co_await until([&] { return late.journal.is_reading(); });
        EXPECT_EQ(late.journal.history().newest(), t.one.journal.history().newest());
        t.publisher.journal.publish("n", "4");
        EventFollower resumed = late.journal.history().follow(t.one.journal.history().newest().to_string());
        EXPECT_EQ(co_await Self::next(resumed), "4");
        co_await late.journal.stop();
    });
}

TEST_F(RedisEventJournalTest, WhatComesWhileAReaderIsCutOffIsReadAfterwards) {
    play([](Self& t) -> Awaitable<void> {
        EventFollower follower = t.one.journal.history().follow("0-0");
        t.publisher.journal.publish("n", "1");
        EXPECT_EQ(co_await Self::next(follower), "1");
        redis::Arguments kill{"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"};
        co_await t.own_client.command(std::move(kill));
        t.publisher.journal.publish("n", "2");
        EXPECT_EQ(co_await Self::next(follower), "2");
    });
}

TEST_F(RedisEventJournalTest, AfterAnOutageEverybodyIsToldThatEventsWereLost) {
    play([](Self& t) -> Awaitable<void> {
        EventFollower follower = t.one.journal.history().follow("0-0");
        t.publisher.journal.publish("n", "1");
        EXPECT_EQ(co_await Self::next(follower), "1");
        t.server.kill();
        co_await until([&] { return !t.own_client.is_connected(); });
        t.publisher.journal.publish("n", "lost");
        t.server.start();
        EXPECT_EQ(co_await Self::next(follower), kResetEvent);
        t.publisher.journal.publish("n", "2");
        EXPECT_EQ(co_await Self::next(follower), "2");
    });
}

TEST_F(RedisEventJournalTest, ARedisThatForgotEverythingBeginsAnew) {
    play([](Self& t) -> Awaitable<void> {
        EventFollower follower = t.one.journal.history().follow("0-0");
        t.publisher.journal.publish("n", "1");
        EXPECT_EQ(co_await Self::next(follower), "1");
        t.server.lose_everything();
        co_await until([&] { return !t.own_client.is_connected(); });
        t.server.start();
        co_await until([&] { return t.own_client.is_connected(); });
        EXPECT_EQ(co_await Self::next(follower), kResetEvent);
        t.publisher.journal.publish("n", "2");
        EXPECT_EQ(co_await Self::next(follower), "2");
    });
}

TEST_F(RedisEventJournalTest, WhoStoodStillWhileRedisThrewEventsAwayIsTold) {
    play([](Self& t) -> Awaitable<void> {
        RedisEventJournal slow(t.loop.executor(), t.own_client, {.history = {.events_max = 150}, .read_time = 50ms},
                               t.log);
        slow.start();
        co_await until([&] { return slow.is_reading(); });
        EventFollower follower = slow.history().follow("0-0");
        t.publisher.journal.publish("n", "1");
        EXPECT_EQ(co_await Self::next(follower), "1");
        // In one step, between two reads, as so many events would do it.
        redis::Arguments many{"EVAL", R"(
            for n = 1, 2000 do
                local id = redis.call('XADD', KEYS[1], 'MAXLEN', 150, '*', 'name', 'n', 'data', n)
                redis.call('XADD', KEYS[2], 'MAXLEN', 150, id, 'name', 'n', 'data', n)
            end
            redis.call('HSET', KEYS[3], 'begin', redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1][1])
            )", "3", "karmen:events", "karmen:events:facts", "karmen:events:states"};
        co_await t.own_client.command(std::move(many));
        EXPECT_EQ((co_await Self::collect(follower, 1)).front(), kResetEvent);
        t.publisher.journal.publish("n", "last");
        EXPECT_EQ(co_await Self::next(follower), "last");
        co_await slow.stop();
    });
}

/// Far more states than events are kept.
Awaitable<void> publish_states(RedisEventJournal& journal, int last) {
    for (int n = 1; n <= last; ++n)
        journal.publish("n", std::to_string(n), {events::EventSubject::Kind::kState, std::to_string(n % 3)});
    co_return;
}

TEST_F(RedisEventJournalTest, AProcessThatStartsLateKnowsTheNewestStatesAndAllFacts) {
    play([](Self& t) -> Awaitable<void> {
        EventFollower follower = t.one.journal.history().follow("0-0");
        t.publisher.journal.publish("n", "first");
        EXPECT_EQ(co_await Self::next(follower), "first");
        const std::string seen = t.one.journal.history().newest().to_string();
        t.publisher.journal.publish("n", "a fact");
        t.publisher.journal.publish("n", "of one that is gone soon", {events::EventSubject::Kind::kState, "gone"});
        t.publisher.journal.publish("n", "gone", {events::EventSubject::Kind::kEnd, "gone"});
        co_await publish_states(t.publisher.journal, 600);
        while ((co_await Self::collect(follower, 1)).back() != "600") continue;

        Process late(t);
        late.journal.start();
        co_await until([&] { return late.journal.is_reading(); });
        EventFollower resumed = late.journal.history().follow(seen);
        EXPECT_THAT(co_await Self::collect(resumed, 5), ElementsAre("a fact", "gone", "598", "599", "600"));
        co_await late.journal.stop();
    });
}

TEST_F(RedisEventJournalTest, WhoStoodStillWhileOnlyStatesCameMissesNothing) {
    play([](Self& t) -> Awaitable<void> {
        t.publisher.journal.publish("n", "1");
        EventFollower follower = t.one.journal.history().follow("0-0");
        EXPECT_EQ(co_await Self::next(follower), "1");
        redis::Arguments kill{"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"};
        co_await t.own_client.command(std::move(kill));
        co_await publish_states(t.publisher.journal, 600);
        std::vector<std::string> all;
        while (all.empty() || all.back() != "600") {
            const auto some = co_await Self::collect(follower, 1);
            all.insert(all.end(), some.begin(), some.end());
        }
        EXPECT_EQ(std::ranges::count(all, std::string(kResetEvent)), 0);
    });
}

TEST_F(RedisEventJournalTest, ARedisThatTakesNothingIsToldOfOnce) {
    play([](Self& t) -> Awaitable<void> {
        EventFollower follower = t.one.journal.history().follow("0-0");
        redis::Arguments full{"CONFIG", "SET", "maxmemory", "1"};
        co_await t.own_client.command(std::move(full));
        for (int n = 0; n < 50; ++n) {
            t.publisher.journal.publish("n", "lost");
            co_await sleep_for(1ms);
        }
        redis::Arguments free{"CONFIG", "SET", "maxmemory", "0"};
        co_await t.own_client.command(std::move(free));
        EXPECT_EQ(co_await Self::next(follower), kResetEvent);
        t.publisher.journal.publish("n", "1");
        EXPECT_EQ(co_await Self::next(follower), "1");
    });
}

TEST_F(RedisEventJournalTest, ForeignEntriesMakeAReset) {
    play([](Self& t) -> Awaitable<void> {
        EventFollower follower = t.one.journal.history().follow("0-0");
        redis::Arguments foreign{"XADD", "karmen:events", "*", "something", "else", "and", "more", "of", "it"};
        co_await t.own_client.command(std::move(foreign));
        EXPECT_EQ(co_await Self::next(follower), kResetEvent);
        t.publisher.journal.publish("n", "1");
        EXPECT_EQ(co_await Self::next(follower), "1");
    });
}

TEST_F(RedisEventJournalTest, TheStreamDoesNotGrowForEver) {
    play([](Self& t) -> Awaitable<void> {
        for (int n = 0; n < 1000; ++n) t.publisher.journal.publish("n", std::to_string(n));
        // Sent on the same connection, and so after them.
        redis::Arguments length{"XLEN", "karmen:events"};
        // Redis trims whole nodes of a hundred.
        EXPECT_LT((co_await t.own_client.command(std::move(length))).integer(), 250);
    });
}

}  // namespace
}  // namespace karmen::cluster
