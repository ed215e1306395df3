#include "identity/password_queue.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "runtime/loop.hpp"
#include "runtime/sleep.hpp"
#include "runtime/task_group.hpp"
#include "runtime/testing.hpp"

#include <gtest/gtest.h>

#include <latch>
#include <stdexcept>

namespace karmen::identity {
namespace {

using namespace std::chrono_literals;

/// One worker; what is done is written down in its order.
class PasswordQueueTest : public testing::Test {
  public:
    using Scenario = Awaitable<void> (*)(PasswordQueueTest&);
    static Awaitable<void> play_and_join(PasswordQueueTest& test, Scenario scenario) {
        co_await scenario(test);
        co_await test.people.join();
        EXPECT_EQ(test.queue.waiting() + test.queue.running(), 0U);
    }
    void play(Scenario scenario) { loop.run_until_done(play_and_join(*this, scenario)); }

    /// Waits on the worker for `release` when it is told to.
    Awaitable<void> log_in(std::string network, std::string name, std::latch* release = nullptr) {
        co_await queue.run(network, name, [release] {
            if (release) release->wait();
        });
        done.push_back(name);
    }
    void come(const std::string& network, const std::string& name, std::latch* release = nullptr) {
        people.spawn(log_in(network, name, release));
    }

    Loop loop;
    Log log = Log::silent();
    MonotonicClock clock;
    Pool cpu{"cpu", 1, 1};
    PasswordQueue queue{
        loop.executor(), cpu, clock, {.workers = 1, .waiting_max = 100, .waiting_per_network_max = 100}};
    TaskGroup people{loop.executor(), log, "people"};
    std::vector<std::string> done;
};

Awaitable<int> value_of(PasswordQueue& queue) {
    co_return co_await queue.run("home", "ann", [] { return 7; });
}

TEST_F(PasswordQueueTest, GivesTheValue) {
    EXPECT_EQ(loop.run_until_done(value_of(queue)), 7);
    EXPECT_EQ(queue.running(), 0U);
}

Awaitable<void> fail(PasswordQueue& queue) {
    co_await queue.run("home", "ann", [] { throw std::runtime_error("there"); });
}

TEST_F(PasswordQueueTest, ThrowsWhatTheWorkThrowsAndGoesOn) {
    EXPECT_THROW(loop.run_until_done(fail(queue)), std::runtime_error);
    EXPECT_EQ(loop.run_until_done(value_of(queue)), 7);
}

TEST_F(PasswordQueueTest, OthersComeBetweenThoseOfAFlood) {
    play([](PasswordQueueTest& test) -> Awaitable<void> {
        std::latch release(1);
        for (int i = 0; i < 20; ++i) test.come("stranger", "stranger", &release);
        co_await until([&] { return test.queue.running() == 1 && test.queue.waiting() == 19; });
        test.come("home", "ann");
        co_await until([&] { return test.queue.waiting() == 20; });
        release.count_down();
        co_await until([&] { return test.done.size() == 21; });
    });
    EXPECT_EQ(done[2], "ann") << "after the one that ran, and one that was next when she came";
}

TEST_F(PasswordQueueTest, FailuresAreRemembered) {
    play([](PasswordQueueTest& test) -> Awaitable<void> {
        std::latch release(1);
        test.queue.note_failure("stranger");
        test.come("other", "first", &release);
        co_await until([&] { return test.queue.running() == 1; });
        test.come("stranger", "stranger");
        test.come("home", "ann");
        co_await until([&] { return test.queue.waiting() == 2; });
        release.count_down();
        co_await until([&] { return test.done.size() == 3; });
    });
    EXPECT_EQ(done[1], "ann");
}

Awaitable<void> leave_while_waiting(PasswordQueueTest& test) {
    std::latch release(1);
    TaskGroup impatient(test.loop.executor(), test.log, "impatient");
    test.come("home", "ann", &release);
    co_await until([&] { return test.queue.running() == 1; });
    for (int i = 0; i < 5; ++i) impatient.spawn(test.log_in("home", "impatient"));
    test.come("home", "bob");
    co_await until([&] { return test.queue.waiting() == 6; });
    impatient.cancel();
    co_await impatient.join();
    EXPECT_EQ(test.queue.waiting(), 1U);
    release.count_down();
    co_await until([&] { return test.done.size() == 2; });
}

TEST_F(PasswordQueueTest, WhoLeavesWhileWaitingIsNotWorkedFor) {
    play(leave_while_waiting);
    EXPECT_EQ(done, (std::vector<std::string>{"ann", "bob"}));
}

Awaitable<void> leave_while_running(PasswordQueueTest& test) {
    std::latch release(1);
    TaskGroup impatient(test.loop.executor(), test.log, "impatient");
    impatient.spawn(test.log_in("home", "impatient", &release));
    co_await until([&] { return test.queue.running() == 1; });
    impatient.cancel();
    test.come("home", "bob");
    co_await until([&] { return test.queue.waiting() == 1; });
    EXPECT_EQ(test.queue.running(), 1U) << "the worker is not free before its work has ended";
    release.count_down();
    co_await impatient.join();
}

TEST_F(PasswordQueueTest, WhoLeavesWhileRunningKeepsTheWorkerToTheEnd) {
    play(leave_while_running);
    EXPECT_EQ(done.back(), "bob");
}

/// In one step of the loop the turn begins and its owner is cancelled.
Awaitable<void> leave_when_the_turn_begins(PasswordQueueTest& test) {
    for (int round = 0; round < 20; ++round) {
        TaskGroup impatient(test.loop.executor(), test.log, "impatient");
        {
            std::latch release(1);
            test.come("home", "ann", &release);
            co_await until([&] { return test.queue.running() == 1; });
            impatient.spawn(test.log_in("home", "impatient"));
            co_await until([&] { return test.queue.waiting() == 1; });
            release.count_down();
            for (const TestDeadline deadline; test.queue.waiting() == 1; deadline.check()) co_await sleep_for(0ms);
        }
        impatient.cancel();
        co_await impatient.join();
        test.come("home", "bob");
        co_await until([&] { return test.queue.running() + test.queue.waiting() == 0; });
    }
}

TEST_F(PasswordQueueTest, WhoLeavesWhenTheTurnBeginsTakesItFromNobody) {
    play(leave_when_the_turn_begins);
}

Awaitable<void> fill_the_pool(PasswordQueueTest& test) {
    std::latch release(1);
    for (int i = 0; i < 2; ++i) {
        test.cpu.reserve();
        test.cpu.submit([&release] { release.wait(); });
    }
    try {
        co_await test.queue.run("home", "ann", [] {});
        ADD_FAILURE() << "the pool had no place";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kOverloaded);
    }
    EXPECT_EQ(test.queue.running(), 0U);
    release.count_down();
    co_await until([&] { return test.cpu.unfinished() == 0; });
}

TEST_F(PasswordQueueTest, APoolThatIsFullOfOtherWorkRefuses) {
    play(fill_the_pool);
}

}  // namespace
}  // namespace karmen::identity
