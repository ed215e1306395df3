#include "tasks/scheduler.hpp"

#include "base/error.hpp"
#include "tasks/test_queues.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen::tasks {
namespace {

using namespace std::chrono_literals;

Schedule hourly() {
    return {.name = "hourly", .interval = 1h, .task = {"note", R"({"of":"hour"})"}};
}
Schedule often() {
    return {.name = "often", .interval = 20ms, .task = {"note"}};
}

class TimetableTest : public testing::TestWithParam<QueueKind> {
  protected:
    void run(Awaitable<void> (*scenario)(TestQueues&)) {
        const auto queues = test_queues(GetParam(), loop_);
        loop_.run_until_done(between(*queues, scenario(*queues)));
    }
    Loop loop_;
};
INSTANTIATE_TEST_SUITE_P(, TimetableTest, kQueueKinds, queue_kind_name);

Awaitable<void> add_when_due(TestQueues& queues) {
    Timetable& timetable = queues.timetable();
    Queue& queue = queues.queue();
    EXPECT_TRUE(co_await timetable.lead());
    const auto first = co_await timetable.add_if_due(hourly());
    EXPECT_LE(*first, 1h);
    const auto second = co_await timetable.add_if_due(hourly());
    EXPECT_LE(*second, 1h);
    EXPECT_GT(*second, 30min);
    const auto task = co_await queue.take(10s);
    EXPECT_EQ(task->task.kind, "note");
    EXPECT_EQ(task->task.payload, R"({"of":"hour"})");
    EXPECT_EQ(co_await queue.counts(), (TaskCounts{.running = 1}));
    co_await timetable.add_if_due(often());
    for (const TestDeadline deadline; (co_await queue.counts()).queued < 2;) {
        co_await wait_a_little(deadline);
        co_await timetable.lead();
        co_await timetable.add_if_due(often());
    }
    EXPECT_EQ((co_await queue.counts()).queued, 2);
}

TEST_P(TimetableTest, AddsATaskWhenItIsDue) {
    run(add_when_due);
}

Awaitable<void> change_the_leader(TestQueues& queues) {
    Timetable& first = queues.timetable();
    Timetable& second = queues.timetable();
    Queue& queue = queues.queue();
    co_await first.lead();
    co_await first.add_if_due(hourly());
    co_await first.resign();
    EXPECT_TRUE(co_await second.lead());
    co_await second.add_if_due(hourly());
    EXPECT_EQ(co_await queue.counts(), (TaskCounts{.queued = 1}));
    Schedule other = hourly();
    other.name = "other";
    co_await second.add_if_due(other);
    EXPECT_EQ(co_await queue.counts(), (TaskCounts{.queued = 2}));
}

TEST_P(TimetableTest, AnotherLeaderNeitherDoublesNorLosesARun) {
    run(change_the_leader);
}

Awaitable<void> lead_alone(TestQueues& queues) {
    Timetable& first = queues.timetable();
    Timetable& second = queues.timetable();
    EXPECT_TRUE(co_await first.lead());
    EXPECT_FALSE(co_await second.lead());
    const auto next = co_await second.add_if_due(hourly());
    EXPECT_EQ(next, std::nullopt);
    co_await second.resign();
    EXPECT_TRUE(co_await first.lead()) << "only who leads can resign";
    // A leader that died renews no more.
    for (const TestDeadline deadline; !co_await second.lead();) co_await wait_a_little(deadline);
    EXPECT_FALSE(co_await first.lead());
    const auto late = co_await first.add_if_due(hourly());
    EXPECT_EQ(late, std::nullopt);
}

TEST(RedisTimetable, OneLeadsUntilItResignsOrDies) {
    Loop loop;
    TestRedisQueues queues(loop, quick_options());
    loop.run_until_done(between(queues, lead_alone(queues)));
}

class SchedulerTest : public TimetableTest {};
INSTANTIATE_TEST_SUITE_P(, SchedulerTest, kQueueKinds, queue_kind_name);

Awaitable<void> schedule(TestQueues& queues) {
    Log log = Log::silent();
    const Executor loop = co_await boost::asio::this_coro::executor;
    Queue& queue = queues.queue();
    std::vector<Schedule> schedules{hourly(), often()};
    Scheduler first(loop, queues.timetable(), schedules, log, 10ms);
    Scheduler second(loop, queues.timetable(), schedules, log, 10ms);
    first.start();
    second.start();
    std::map<std::string, int> found;
    while (found[R"({})"] < 3) {
        const auto task = co_await queue.take(10s);
        ++found[task->task.payload];
        co_await queue.acknowledge(*task);
    }
    EXPECT_EQ(found[R"({"of":"hour"})"], 1);
    Scheduler& leader = first.is_leading() ? first : second;
    Scheduler& other = first.is_leading() ? second : first;
    co_await leader.stop();
    EXPECT_FALSE(leader.is_leading());
    co_await until([&other] { return other.is_leading(); });
    co_await other.stop();
}

TEST_P(SchedulerTest, AddsWhatIsDueWhoeverLeads) {
    run(schedule);
}

Awaitable<void> survive_an_absence(TestRedisQueues& queues, redis::TestServer& server) {
    Log log = Log::silent();
    Scheduler scheduler(co_await boost::asio::this_coro::executor, queues.timetable(), {hourly()}, log, 5ms);
    scheduler.start();
    co_await until([&scheduler] { return scheduler.is_leading(); });
    server.kill();
    co_await until([&scheduler] { return !scheduler.is_leading(); });
    server.start();
    co_await until([&scheduler] { return scheduler.is_leading(); });
    EXPECT_EQ(co_await queues.queue().counts(), (TaskCounts{.queued = 1}));
    co_await scheduler.stop();
}

TEST(RedisScheduler, GoesOnWhereItWasWhenRedisComesBack) {
    redis::TestServer server;
    Loop loop;
    TestRedisQueues queues(loop, quick_options(), server.url());
    loop.run_until_done(between(queues, survive_an_absence(queues, server)));
}

}  // namespace
}  // namespace karmen::tasks
