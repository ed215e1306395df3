#include "tasks/worker.hpp"

#include "base/error.hpp"
#include "runtime/sleep.hpp"
#include "tasks/test_queues.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen::tasks {
namespace {

using namespace std::chrono_literals;

/// What the handlers of a test have done. Outlives the worker.
struct Notes {
    std::vector<std::string> begun;  ///< payloads
    std::vector<std::string> done;
    int inside = 0;
    int inside_max = 0;
    bool is_half_seen = false;
};

Awaitable<void> note(Notes& notes, Task task) {
    notes.begun.push_back(task.payload);
    notes.inside_max = std::max(notes.inside_max, ++notes.inside);
    co_await sleep_for(2ms);
    --notes.inside;
    notes.done.push_back(task.payload);
}

Awaitable<void> fail_at_first(Notes& notes, Task task) {
    notes.begun.push_back(task.payload);
    if (task.attempt < 3) throw std::runtime_error("not yet");
    notes.done.push_back(task.payload);
    co_return;
}

Awaitable<void> fail_always(Notes& notes, Task task) {
    notes.begun.push_back(task.payload);
    throw std::runtime_error("never");
    co_return;
}

Awaitable<void> refuse(Notes& notes, Task task) {
    notes.begun.push_back(task.payload);
    throw Error::invalid("/printer", "is missing");
    co_return;
}

Awaitable<void> miss_the_database(Notes& notes, Task task) {
    notes.begun.push_back(task.payload);
    if (notes.begun.size() < 10) throw Error(ErrorCode::kStorageUnavailable, PublicMessage{"away"});
    notes.done.push_back(std::to_string(task.attempt));
    co_return;
}

Awaitable<void> hang(Notes& notes, Task task) {
    notes.begun.push_back(task.payload);
    co_await sleep_for(24h);
    notes.done.push_back(task.payload);
}

Awaitable<void> tell(Notes& notes, Task task, TaskReport& report) {
    report.progress(0.5, "half");
    co_await until([&notes] { return notes.is_half_seen; });
    report.progress(7, "all");
    report.result({{"payload", task.payload}});
    if (task.payload == "fail") throw Error::invalid("/payload", "is wrong");
}

Handlers handlers(Notes& notes) {
    const auto bound = [&notes](Awaitable<void> (*function)(Notes&, Task)) {
        return Handler{[&notes, function](Task task, TaskReport&) { return function(notes, std::move(task)); }, 1h};
    };
    const auto telling = [&notes](Task task, TaskReport& report) { return tell(notes, std::move(task), report); };
    Handlers result{{"note", bound(note)},
                    {"fail_at_first", bound(fail_at_first)},
                    {"fail_always", bound(fail_always)},
                    {"refuse", bound(refuse)},
                    {"miss_the_database", bound(miss_the_database)},
                    {"hang", bound(hang)},
                    {"hang_briefly", bound(hang)},
                    {"tell", {telling, 1h}}};
    result["hang_briefly"].deadline = 5ms;
    return result;
}

class WorkerTest : public testing::TestWithParam<QueueKind> {
  protected:
    using Scenario = Awaitable<void> (*)(WorkerTest&, Queue&, Worker&);

    void run(Scenario scenario, QueueOptions options = quick_options(), std::chrono::milliseconds renew = 10s,
             std::size_t concurrency = 3) {
        queues = test_queues(GetParam(), loop, options);
        loop.run_until_done(between(*queues, around(scenario, renew, concurrency)));
    }

    Awaitable<void> around(Scenario scenario, std::chrono::milliseconds renew, std::size_t concurrency) {
        Queue& queue = queues->queue();
        Worker worker(loop.executor(), queue, watcher, handlers(notes),
                      {.concurrency = concurrency,
                       .take_wait = 1s,
                       .renew_interval = renew,
                       .queue_retry_min = 2ms,
                       .result_bytes_max = 40,
                       .postpone_time = 1ms},
                      log);
        worker.start();
        co_await scenario(*this, queue, worker);
        co_await worker.stop(0ms);
    }

  public:
    static Awaitable<void> add(Queue& queue, std::string kind, std::string payload = "{}") {
        NewTask task{std::move(kind), std::move(payload)};
        co_await queue.add(std::move(task));
    }

    static Awaitable<void> until_counts(Queue& queue, TaskCounts counts,
                                        std::source_location where = std::source_location::current()) {
        for (const TestDeadline deadline(where); co_await queue.counts() != counts;) co_await wait_a_little(deadline);
    }

    static Awaitable<void> until_told(WorkerTest& test, TaskState state,
                                      std::source_location where = std::source_location::current()) {
        co_await until(
            [&test, state] { return !test.watcher.steps.empty() && test.watcher.steps.back().state == state; }, where);
    }

    Loop loop;
    Log log = Log::silent();
    Notes notes;
    TestWatcher watcher;
    std::unique_ptr<TestQueues> queues;
};
INSTANTIATE_TEST_SUITE_P(, WorkerTest, kQueueKinds, queue_kind_name);

Awaitable<void> do_many(WorkerTest& test, Queue& queue, Worker&) {
    for (int i = 0; i < 30; ++i) co_await WorkerTest::add(queue, "note", std::to_string(i));
    co_await WorkerTest::until_counts(queue, {});
    EXPECT_EQ(test.notes.done.size(), 30U);
    EXPECT_LE(test.notes.inside_max, 3);
}

TEST_P(WorkerTest, DoesEveryTaskOnceAndAFewAtATime) {
    run(do_many);
    EXPECT_EQ(std::set(notes.done.begin(), notes.done.end()).size(), 30U);
}

Awaitable<void> fail_and_succeed(WorkerTest& test, Queue& queue, Worker&) {
    co_await WorkerTest::add(queue, "fail_at_first", "x");
    co_await WorkerTest::until_counts(queue, {});
    EXPECT_THAT(test.notes.begun, testing::ElementsAre("x", "x", "x"));
    EXPECT_THAT(test.notes.done, testing::ElementsAre("x"));
}

TEST_P(WorkerTest, TriesAgainWhatFailed) {
    run(fail_and_succeed);
}

Awaitable<void> let_die(WorkerTest& test, Queue& queue, Worker&) {
    co_await WorkerTest::add(queue, "fail_always", "x");
    co_await WorkerTest::until_counts(queue, {.dead = 1});
    co_await WorkerTest::add(queue, "refuse", "y");
    co_await WorkerTest::until_counts(queue, {.dead = 2});
    co_await WorkerTest::add(queue, "unheard_of");
    co_await WorkerTest::until_counts(queue, {.dead = 3});
    EXPECT_THAT(test.notes.begun, testing::ElementsAre("x", "x", "x", "y"));
    const auto dead = co_await queue.dead(10);
    EXPECT_THAT(dead.at(0).error, testing::HasSubstr("unheard_of"));
    EXPECT_THAT(dead.at(1).error, testing::HasSubstr("is missing"));
    EXPECT_EQ(dead.at(2).error, "never");
}

TEST_P(WorkerTest, WhatCannotBeDoneDiesWithAWordWhy) {
    run(let_die);
}

Awaitable<void> outlast_an_outage(WorkerTest& test, Queue& queue, Worker&) {
    co_await WorkerTest::add(queue, "miss_the_database", "x");
    co_await WorkerTest::until_counts(queue, {});
    EXPECT_THAT(test.notes.done, testing::ElementsAre("1"));
}

TEST_P(WorkerTest, ADatabaseThatIsAwayCostsNoAttempt) {
    run(outlast_an_outage);
}

Awaitable<void> take_too_long(WorkerTest& test, Queue& queue, Worker&) {
    co_await WorkerTest::add(queue, "hang_briefly", "x");
    co_await WorkerTest::until_counts(queue, {.dead = 1});
    EXPECT_EQ(test.notes.begun.size(), 3U);
    EXPECT_THAT(test.notes.done, testing::IsEmpty());
    const auto dead = co_await queue.dead(1);
    EXPECT_EQ(dead.at(0).error, "it took longer than it may");
}

TEST_P(WorkerTest, ATaskHasADeadline) {
    run(take_too_long);
}

Awaitable<void> stop_with_grace(WorkerTest& test, Queue& queue, Worker& worker) {
    co_await WorkerTest::add(queue, "note", "x");
    co_await until([&test] { return !test.notes.begun.empty(); });
    co_await worker.stop(1h);
    EXPECT_THAT(test.notes.done, testing::ElementsAre("x"));
    co_await WorkerTest::add(queue, "note", "y");
    EXPECT_EQ(co_await queue.counts(), (TaskCounts{.queued = 1})) << "one that stops takes no more";
}

TEST_P(WorkerTest, FinishesWhatItHasBeforeItStops) {
    run(stop_with_grace);
}

Awaitable<void> stop_without_grace(WorkerTest& test, Queue& queue, Worker& worker) {
    co_await WorkerTest::add(queue, "hang", "x");
    co_await until([&test] { return !test.notes.begun.empty(); });
    co_await worker.stop(1ms);
    EXPECT_EQ(co_await queue.counts(), (TaskCounts{.queued = 1}));
    const auto again = co_await queue.take(20s);
    EXPECT_EQ(again->task.attempt, 1);
}

TEST_P(WorkerTest, GivesBackWhatItCannotFinishInTime) {
    run(stop_without_grace);
}

Awaitable<void> lose_the_lease(WorkerTest& test, Queue& queue, Worker& worker) {
    co_await WorkerTest::add(queue, "hang", "x");
    co_await until([&test] { return !test.notes.begun.empty(); });
    Queue& other = test.queues->queue();
    const auto stolen = co_await other.take(20s);
    EXPECT_EQ(stolen->task.attempt, 2);
    while (worker.running() > 0) {
        EXPECT_TRUE(co_await other.renew(*stolen));
        co_await sleep_for(5ms);
    }
    EXPECT_EQ(co_await queue.counts(), (TaskCounts{.running = 1})) << "it is the other's now";
}

TEST_P(WorkerTest, EndsWhatWasGivenToAnother) {
    QueueOptions options = quick_options();
    options.visibility_timeout = 100ms;
    // It has no place left, or it might take the task once more itself.
    run(lose_the_lease, options, 500ms, 1);
}

Awaitable<void> keep_what_takes_long(WorkerTest& test, Queue& queue, Worker&) {
    co_await WorkerTest::add(queue, "hang", "x");
    co_await until([&test] { return !test.notes.begun.empty(); });
    const auto stolen = co_await test.queues->queue().take(1500ms);
    EXPECT_FALSE(stolen);
    EXPECT_EQ(test.notes.begun.size(), 1U);
}

TEST_P(WorkerTest, KeepsATaskThatTakesLongerThanTheVisibilityTimeout) {
    QueueOptions options = quick_options();
    options.visibility_timeout = 1s;
    run(keep_what_takes_long, options, 50ms);
}

/// The states that the watcher was told, without repetition.
std::vector<TaskState> states(const TestWatcher& watcher) {
    std::vector<TaskState> states;
    for (const TaskWatcher::Step& step : watcher.steps)
        if (states.empty() || states.back() != step.state) states.push_back(step.state);
    return states;
}

Awaitable<void> tell_progress(WorkerTest& test, Queue& queue, Worker&) {
    const auto is_half_told = [&test] {
        return std::ranges::any_of(test.watcher.steps, [](const auto& step) { return step.progress.fraction == 0.5; });
    };
    co_await WorkerTest::add(queue, "tell", "go");
    co_await until(is_half_told);
    EXPECT_THAT(states(test.watcher), testing::ElementsAre(TaskState::kRunning));
    test.notes.is_half_seen = true;
    co_await WorkerTest::until_told(test, TaskState::kDone);
    EXPECT_EQ(test.watcher.steps.back().progress,
              (TaskProgress{.fraction = 1, .sentence = "all", .result = R"({"payload":"go"})"}));
    co_await WorkerTest::add(queue, "tell", "fail");
    co_await WorkerTest::until_told(test, TaskState::kDead);
    EXPECT_EQ(test.watcher.steps.back().progress.result, R"({"payload":"fail"})") << "also what a failed one has found";
    EXPECT_THAT(*test.watcher.steps.back().error, testing::HasSubstr("is wrong"));
    test.watcher.steps.clear();
    co_await WorkerTest::add(queue, "tell", std::string(50, 'x'));
    co_await WorkerTest::until_told(test, TaskState::kDone);
    EXPECT_EQ(test.watcher.steps.back().progress.result, R"({"too_long_bytes":64})");
}

TEST_P(WorkerTest, TellsHowFarATaskIsAndWhatItHasFound) {
    run(tell_progress);
}

Awaitable<void> tell_later(WorkerTest& test, Queue& queue, Worker&) {
    test.watcher.refusals = 3;
    co_await WorkerTest::add(queue, "note", "x");
    co_await WorkerTest::until_told(test, TaskState::kDone);
    EXPECT_EQ(test.notes.done.size(), 1U) << "the queue knew it, so nobody did it again";
    test.watcher.steps.clear();
    co_await WorkerTest::add(queue, "fail_at_first", "y");
    co_await WorkerTest::until_told(test, TaskState::kDone);
    using enum TaskState;
    EXPECT_THAT(states(test.watcher),
                testing::ElementsAre(kRunning, kRetryWaiting, kRunning, kRetryWaiting, kRunning, kDone));
}

TEST_P(WorkerTest, TellsWhatBecameOfATaskAlsoIfItIsNotHeardAtOnce) {
    run(tell_later);
}

}  // namespace
}  // namespace karmen::tasks
