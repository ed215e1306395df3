#include "runtime/task_group.hpp"

#include "runtime/event.hpp"
#include "runtime/loop.hpp"
#include "runtime/pool.hpp"
#include "runtime/sleep.hpp"
#include "runtime/testing.hpp"
#include "runtime/timeout.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <gtest/gtest.h>

#include <latch>
#include <memory>
#include <string>

namespace karmen {
namespace {

using namespace std::chrono_literals;

/// Counts the frames that are alive, so that a test sees one that was leaked or left.
struct Alive {
    explicit Alive(int& counter_in) : counter(counter_in) { ++counter; }
    Alive(const Alive&) = delete;
    Alive& operator=(const Alive&) = delete;
    ~Alive() { --counter; }
    int& counter;
};

Awaitable<void> wait_for_ever(int& alive) {
    const Alive here(alive);
    co_await sleep_for(24h);
}

Awaitable<void> cancel_and_join(TaskGroup& group, int& alive) {
    for (int i = 0; i < 100; ++i) group.spawn(wait_for_ever(alive));
    co_await sleep_for(1ms);
    EXPECT_EQ(alive, 100);
    group.cancel();
    co_await group.join();
    EXPECT_EQ(alive, 0);
    EXPECT_EQ(group.size(), 0U);
}

TEST(TaskGroup, CancelEndsEveryTaskBeforeJoinReturns) {
    Loop loop;
    Log log = Log::silent();
    TaskGroup group(loop.executor(), log, "test");
    int alive = 0;
    loop.run_until_done(cancel_and_join(group, alive));
}

Awaitable<void> spawn_after_cancel(TaskGroup& group, int& alive) {
    group.cancel();
    group.spawn(wait_for_ever(alive));
    co_await group.join();
}

TEST(TaskGroup, ATaskThatComesAfterTheCancelEndsToo) {
    Loop loop;
    Log log = Log::silent();
    TaskGroup group(loop.executor(), log, "test");
    int alive = 0;
    loop.run_until_done(spawn_after_cancel(group, alive));
    EXPECT_EQ(alive, 0);
}

Awaitable<void> fail() {
    co_await sleep_for(0ms);
    throw std::runtime_error("planned");
}

Awaitable<void> join_only(TaskGroup& group) {
    co_await group.join();
}

TEST(TaskGroup, OneThatFailsLeavesTheOthersAlone) {
    Loop loop;
    Log log = Log::silent();
    TaskGroup group(loop.executor(), log, "test");
    int done = 0;
    const auto work = [](int& counter) -> Awaitable<void> {
        co_await sleep_for(5ms);
        ++counter;
    };
    group.spawn(fail());
    group.spawn(work(done));
    loop.run_until_done(join_only(group));
    EXPECT_EQ(done, 1);
}

Awaitable<void> block_on(Pool& pool, std::latch& started, std::latch& release, bool& saw_abort) {
    co_await offload(pool, [&] {
        started.count_down();
        release.wait();
    });
    try {
        co_await sleep_for(1h);
    } catch (const boost::system::system_error&) {
        saw_abort = true;
        throw;
    }
}

TEST(TaskGroup, WaitsForWorkOnAPoolThatCannotBeCancelled) {
    Loop loop;
    Log log = Log::silent();
    Pool pool("test", 1, 4);
    TaskGroup group(loop.executor(), log, "test");
    std::latch started(1);
    std::latch release(1);
    bool saw_abort = false;
    group.spawn(block_on(pool, started, release, saw_abort));
    const auto scenario = [](TaskGroup& tasks, std::latch& begun, std::latch& go) -> Awaitable<void> {
        co_await until([&begun] { return begun.try_wait(); });
        tasks.cancel();
        EXPECT_EQ(tasks.size(), 1U);
        go.count_down();
        co_await tasks.join();
    };
    loop.run_until_done(scenario(group, started, release));
    EXPECT_TRUE(saw_abort);
}

Awaitable<void> wait_side_by_side(int& alive) {
    using namespace boost::asio::experimental::awaitable_operators;
    co_await (wait_for_ever(alive) && wait_for_ever(alive));
}

Awaitable<void> fail_side_by_side(int& alive) {
    using namespace boost::asio::experimental::awaitable_operators;
    co_await (wait_for_ever(alive) && fail());
}

Awaitable<void> cancel_soon(TaskGroup& group) {
    co_await sleep_for(1ms);
    group.cancel();
    co_await group.join();
}

/// What the log says of a group with this task.
std::string logged_of(Awaitable<void> (*task)(int&), Awaitable<void> (*end)(TaskGroup&)) {
    ::testing::internal::CaptureStderr();
    {
        Loop loop;
        Log log(LogLevel::kInfo, LogFormat::kText);
        TaskGroup group(loop.executor(), log, "test");
        int alive = 0;
        group.spawn(task(alive));
        loop.run_until_done(end(group));
    }
    return ::testing::internal::GetCapturedStderr();
}

TEST(TaskGroup, ACancelIsNoErrorToTellAlsoOfOperationsSideBySide) {
    EXPECT_EQ(logged_of(wait_for_ever, cancel_soon), "");
    EXPECT_EQ(logged_of(wait_side_by_side, cancel_soon), "");
    EXPECT_NE(logged_of(fail_side_by_side, join_only).find("task ended by an error"), std::string::npos);
}

Awaitable<int> answer_after(std::chrono::milliseconds delay, int& alive) {
    const Alive here(alive);
    co_await sleep_for(delay);
    co_return 42;
}

Awaitable<int> fail_with_value() {
    co_await sleep_for(0ms);
    throw std::runtime_error("planned");
}

TEST(Timeout, GivesTheValueOrNoneAndLeavesNothingRunning) {
    Loop loop;
    int alive = 0;
    EXPECT_EQ(loop.run_until_done(with_timeout(10s, answer_after(1ms, alive))), 42);
    EXPECT_EQ(loop.run_until_done(with_timeout(5ms, answer_after(24h, alive))), std::nullopt);
    EXPECT_EQ(alive, 0);
    EXPECT_THROW(loop.run_until_done(with_timeout(10s, fail_with_value())), std::runtime_error);
}

Awaitable<void> wait_with_timeout(int& alive, bool& aborted) {
    try {
        co_await with_timeout(1h, answer_after(24h, alive));
    } catch (const boost::system::system_error& error) {
        aborted = error.code() == boost::asio::error::operation_aborted;
        throw;
    }
}

TEST(Timeout, ACancelFromOutsideReachesTheOperation) {
    Loop loop;
    Log log = Log::silent();
    TaskGroup group(loop.executor(), log, "test");
    int alive = 0;
    bool aborted = false;
    group.spawn(wait_with_timeout(alive, aborted));
    const auto scenario = [](TaskGroup& tasks) -> Awaitable<void> {
        co_await sleep_for(2ms);
        tasks.cancel();
        co_await tasks.join();
    };
    loop.run_until_done(scenario(group));
    EXPECT_TRUE(aborted);
    EXPECT_EQ(alive, 0);
}

Awaitable<void> wait_and_count(Event& event, int& woken) {
    co_await event.wait();
    ++woken;
}

TEST(Event, WakesAllWhoWaitAndLetsLaterOnesPass) {
    Loop loop;
    Log log = Log::silent();
    TaskGroup group(loop.executor(), log, "test");
    Event event(loop.executor());
    int woken = 0;
    for (int i = 0; i < 3; ++i) group.spawn(wait_and_count(event, woken));
    const auto scenario = [](TaskGroup& tasks, Event& happened, int& count) -> Awaitable<void> {
        co_await sleep_for(1ms);
        EXPECT_EQ(count, 0);
        happened.set();
        tasks.spawn(wait_and_count(happened, count));
        co_await tasks.join();
    };
    loop.run_until_done(scenario(group, event, woken));
    EXPECT_EQ(woken, 4);
}

TEST(Event, ACancelledWaiterLeavesWithoutTheEvent) {
    Loop loop;
    Log log = Log::silent();
    TaskGroup group(loop.executor(), log, "test");
    Event event(loop.executor());
    int woken = 0;
    group.spawn(wait_and_count(event, woken));
    const auto scenario = [](TaskGroup& tasks) -> Awaitable<void> {
        co_await sleep_for(1ms);
        tasks.cancel();
        co_await tasks.join();
    };
    loop.run_until_done(scenario(group));
    EXPECT_EQ(woken, 0);
}

Awaitable<void> count_notices(Condition& condition, int& noticed) {
    for (;;) {
        co_await condition.wait();
        ++noticed;
    }
}

TEST(Condition, WakesAllWhoWaitEachTimeUntilTheyAreCancelled) {
    Loop loop;
    Log log = Log::silent();
    TaskGroup group(loop.executor(), log, "test");
    Condition condition(loop.executor());
    int noticed = 0;
    for (int i = 0; i < 3; ++i) group.spawn(count_notices(condition, noticed));
    const auto scenario = [](TaskGroup& tasks, Condition& happens, int& count) -> Awaitable<void> {
        for (int times = 1; times <= 2; ++times) {
            co_await sleep_for(1ms);
            happens.notify_all();
            co_await sleep_for(1ms);
            EXPECT_EQ(count, 3 * times);
        }
        tasks.cancel();
        co_await tasks.join();
    };
    loop.run_until_done(scenario(group, condition, noticed));
    EXPECT_EQ(noticed, 6);
}

Awaitable<void> hold_a_place(Semaphore& semaphore, int& inside, int& inside_max) {
    const auto place = co_await semaphore.acquire();
    inside_max = std::max(inside_max, ++inside);
    co_await sleep_for(1ms);
    --inside;
}

TEST(Semaphore, LetsInAsManyAsItHasPlaces) {
    Loop loop;
    Log log = Log::silent();
    TaskGroup group(loop.executor(), log, "test");
    Semaphore semaphore(loop.executor(), 2);
    int inside = 0;
    int inside_max = 0;
    for (int i = 0; i < 20; ++i) group.spawn(hold_a_place(semaphore, inside, inside_max));
    loop.run_until_done(join_only(group));
    EXPECT_EQ(inside, 0);
    EXPECT_EQ(inside_max, 2);
}

Awaitable<void> take_a_place(Semaphore& semaphore, int& taken) {
    const auto place = co_await semaphore.acquire();
    ++taken;
}

Awaitable<void> free_and_cancel_at_once(Semaphore& semaphore, TaskGroup& leaver, TaskGroup& stayer, int& taken) {
    {
        const auto place = co_await semaphore.acquire();
        leaver.spawn(take_a_place(semaphore, taken));
        stayer.spawn(take_a_place(semaphore, taken));
        co_await sleep_for(1ms);
    }
    leaver.cancel();  // the first in line, just woken
    co_await leaver.join();
    for (int steps = 0; steps < 100 && taken == 0; ++steps) co_await sleep_for(1ms);
    stayer.cancel();
    co_await stayer.join();
}

TEST(Semaphore, AWakeUpOfOneWhoIsCancelledGoesToTheNext) {
    Loop loop;
    Log log = Log::silent();
    TaskGroup leaver(loop.executor(), log, "test");
    TaskGroup stayer(loop.executor(), log, "test");
    Semaphore semaphore(loop.executor(), 1);
    int taken = 0;
    loop.run_until_done(free_and_cancel_at_once(semaphore, leaver, stayer, taken));
    EXPECT_EQ(taken, 1);
}

}  // namespace
}  // namespace karmen
