#include "tasks/queue.hpp"

#include "base/error.hpp"
#include "runtime/sleep.hpp"
#include "runtime/task_group.hpp"
#include "tasks/test_queues.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen::tasks {
namespace {

using namespace std::chrono_literals;

/// For what comes: long, since it ends with it. For what does not come: short.
constexpr auto kComes = 20s;
constexpr auto kDoesNotCome = 1ms;

class QueueTest : public testing::TestWithParam<QueueKind> {
  protected:
    template <class Scenario>
    void run(Scenario scenario, QueueOptions options = quick_options()) {
        const auto queues = test_queues(GetParam(), loop_, options);
        Queue& queue = queues->queue();
        loop_.run_until_done(between(*queues, scenario(queue, *queues)));
    }

    Loop loop_;
};
INSTANTIATE_TEST_SUITE_P(, QueueTest, kQueueKinds, queue_kind_name);

Awaitable<std::string> add(Queue& queue, std::string kind = "test", std::string payload = "{}") {
    NewTask task{std::move(kind), std::move(payload)};
    co_return co_await queue.add(std::move(task));
}

Awaitable<Delivery> take(Queue& queue) {
    auto delivery = co_await queue.take(kComes);
    if (!delivery) throw std::runtime_error("no task came");
    co_return std::move(*delivery);
}

Awaitable<bool> has_none(Queue& queue) {
    const auto delivery = co_await queue.take(kDoesNotCome);
    co_return !delivery.has_value();
}

Awaitable<void> take_in_turn(Queue& queue, TestQueues&) {
    const std::string payload = R"({"text": "ü \"quoted\" \\ 'single'", "n": 1})";
    const std::string first = co_await add(queue, "one", payload);
    const std::string second = co_await add(queue, "two");
    EXPECT_EQ(co_await queue.counts(), (TaskCounts{.queued = 2}));
    const Delivery one = co_await take(queue);
    EXPECT_EQ(one.task.id, first);
    EXPECT_EQ(one.task.kind, "one");
    EXPECT_EQ(one.task.payload, payload);
    EXPECT_EQ(one.task.attempt, 1);
    EXPECT_LT(std::chrono::abs(SystemClock().now() - one.task.created), 1h);
    const Delivery two = co_await take(queue);
    EXPECT_EQ(two.task.id, second);
    EXPECT_TRUE(co_await has_none(queue));
    EXPECT_EQ(co_await queue.counts(), (TaskCounts{.running = 2}));
    co_await queue.acknowledge(two);
    co_await queue.acknowledge(one);
    EXPECT_EQ(co_await queue.counts(), TaskCounts{});
}

TEST_P(QueueTest, GivesTasksInTurnAndForgetsThemWhenTheyAreDone) {
    run(take_in_turn);
}

Awaitable<void> take_into(Queue& queue, std::string& kind) {
    const Delivery delivery = co_await take(queue);
    kind = delivery.task.kind;
    co_await queue.acknowledge(delivery);
}

Awaitable<void> add_for_one_who_waits(Queue& queue, TestQueues&) {
    Log log = Log::silent();
    TaskGroup tasks(co_await boost::asio::this_coro::executor, log, "test");
    std::string kind;
    tasks.spawn(take_into(queue, kind));
    co_await sleep_for(20ms);
    co_await add(queue, "awaited");
    co_await tasks.join();
    EXPECT_EQ(kind, "awaited");
}

TEST_P(QueueTest, WakesWhoWaits) {
    run(add_for_one_who_waits);
}

Awaitable<void> cancel_a_waiter(Queue& queue, TestQueues&) {
    Log log = Log::silent();
    TaskGroup tasks(co_await boost::asio::this_coro::executor, log, "test");
    std::string kind;
    tasks.spawn(take_into(queue, kind));
    co_await sleep_for(20ms);
    tasks.cancel();
    co_await tasks.join();
    co_await add(queue);
    const Delivery delivery = co_await take(queue);
    EXPECT_EQ(delivery.task.attempt, 1) << "the cancelled one had it first";
    EXPECT_EQ(kind, "");
}

TEST_P(QueueTest, OneWhoWaitedAndWasCancelledTakesNothing) {
    run(cancel_a_waiter);
}

Awaitable<void> fail_until_dead(Queue& queue, TestQueues&) {
    const std::string id = co_await add(queue, "bad");
    for (int attempt = 1; attempt <= 3; ++attempt) {
        const Delivery delivery = co_await take(queue);
        EXPECT_EQ(delivery.task.id, id);
        EXPECT_EQ(delivery.task.attempt, attempt);
        const TaskState state = co_await queue.fail(delivery, "broken " + std::to_string(attempt));
        EXPECT_EQ(state, attempt < 3 ? TaskState::kRetryWaiting : TaskState::kDead);
    }
    EXPECT_EQ(co_await queue.counts(), (TaskCounts{.dead = 1}));
    const auto dead = co_await queue.dead(10);
    EXPECT_EQ(dead.size(), 1U);
    EXPECT_EQ(dead.at(0).task.id, id);
    EXPECT_EQ(dead.at(0).task.kind, "bad");
    EXPECT_EQ(dead.at(0).task.attempt, 3);
    EXPECT_EQ(dead.at(0).error, "broken 3");
    EXPECT_LT(std::chrono::abs(SystemClock().now() - dead.at(0).died), 1h);
    EXPECT_FALSE(co_await queue.replay("00000000-0000-0000-0000-000000000000"));
    EXPECT_TRUE(co_await queue.replay(id));
    EXPECT_FALSE(co_await queue.replay(id));
    const Delivery again = co_await take(queue);
    EXPECT_EQ(again.task.id, id);
    EXPECT_EQ(again.task.attempt, 1);
    co_await queue.give_up(again, "hopeless");
    EXPECT_TRUE(co_await queue.discard(id));
    EXPECT_FALSE(co_await queue.discard(id));
    EXPECT_EQ(co_await queue.counts(), TaskCounts{});
}

TEST_P(QueueTest, ATaskThatFailsIsRetriedThenDiesAndCanBeReplayed) {
    run(fail_until_dead);
}

Awaitable<void> lose_a_worker(Queue& slow, TestQueues& queues) {
    Queue& other = queues.queue();
    co_await add(slow);
    const Delivery lost = co_await take(slow);
    const Delivery found = co_await take(other);
    EXPECT_EQ(found.task.id, lost.task.id);
    EXPECT_EQ(found.task.attempt, 2);
    EXPECT_FALSE(co_await slow.renew(lost));
    co_await slow.fail(lost, "too late");
    co_await slow.give_up(lost, "too late");
    co_await slow.give_back(lost);
    EXPECT_EQ(co_await slow.counts(), (TaskCounts{.running = 1})) << "whoever lost a task changes nothing";
    co_await other.acknowledge(found);
    co_await slow.acknowledge(lost);
    co_await other.acknowledge(found);
    EXPECT_EQ(co_await slow.counts(), TaskCounts{});
}

TEST_P(QueueTest, ATaskOfALostWorkerGoesToAnotherAndDoneTwiceDoesNoHarm) {
    QueueOptions options = quick_options();
    options.visibility_timeout = 50ms;
    run(lose_a_worker, options);
}

Awaitable<void> renew_for_ever(Queue& queue, Delivery delivery) {
    while (true) {
        EXPECT_TRUE(co_await queue.renew(delivery));
        co_await sleep_for(20ms);
    }
}

Awaitable<void> keep_a_lease(Queue& queue, TestQueues& queues) {
    Log log = Log::silent();
    TaskGroup tasks(co_await boost::asio::this_coro::executor, log, "test");
    Queue& other = queues.queue();
    co_await add(queue);
    tasks.spawn(renew_for_ever(queue, co_await take(queue)));
    // Longer than the visibility timeout.
    const auto stolen = co_await other.take(1500ms);
    EXPECT_FALSE(stolen);
    tasks.cancel();
    co_await tasks.join();
}

TEST_P(QueueTest, ATaskThatIsRenewedStaysWithItsWorker) {
    QueueOptions options = quick_options();
    options.visibility_timeout = 1s;
    run(keep_a_lease, options);
}

Awaitable<void> lose_every_worker(Queue& queue, TestQueues& queues) {
    Queue& other = queues.queue();
    co_await add(queue);
    const Delivery first = co_await take(queue);
    const Delivery second = co_await take(other);
    EXPECT_EQ(second.task.attempt, 2);
    std::vector<DeadTask> dead;
    for (int i = 0; i < 1000 && dead.empty(); ++i) {
        const auto third = co_await queue.take(10ms);
        EXPECT_FALSE(third);
        dead = co_await queue.dead(10);
    }
    EXPECT_EQ(dead.size(), 1U);
    EXPECT_EQ(dead.at(0).error, "its worker was lost");
    EXPECT_EQ(dead.at(0).task.attempt, 2);
    EXPECT_EQ(co_await queue.counts(), (TaskCounts{.dead = 1}));
}

TEST_P(QueueTest, ATaskThatKillsItsWorkersDies) {
    QueueOptions options = quick_options();
    options.visibility_timeout = 30ms;
    options.attempts_max = 2;
    run(lose_every_worker, options);
}

Awaitable<void> give_back(Queue& queue, TestQueues& queues) {
    Queue& other = queues.queue();
    const std::string id = co_await add(queue);
    const Delivery delivery = co_await take(queue);
    co_await queue.give_back(delivery);
    EXPECT_EQ(co_await queue.counts(), (TaskCounts{.queued = 1}));
    const Delivery again = co_await take(other);
    EXPECT_EQ(again.task.id, id);
    EXPECT_EQ(again.task.attempt, 1);
}

TEST_P(QueueTest, WhatIsGivenBackIsThereForAnotherAndNotCounted) {
    run(give_back);
}

Awaitable<std::optional<ErrorCode>> refusal(Queue& queue, std::string kind, std::string payload) {
    try {
        co_await add(queue, std::move(kind), std::move(payload));
    } catch (const Error& error) {
        co_return error.code();
    }
    co_return std::nullopt;
}

Awaitable<void> add_too_much(Queue& queue, TestQueues&) {
    EXPECT_EQ(co_await refusal(queue, "test", std::string(1001, 'x')), ErrorCode::kInvalidInput);
    EXPECT_EQ(co_await refusal(queue, "", "{}"), ErrorCode::kInvalidInput);
    co_await add(queue);
    co_await add(queue, "test", std::string(1000, 'x'));
    EXPECT_EQ(co_await refusal(queue, "test", "{}"), ErrorCode::kOverloaded);
    const Delivery delivery = co_await take(queue);
    EXPECT_EQ(co_await refusal(queue, "test", "{}"), std::nullopt) << "what runs does not wait";
    co_await queue.fail(delivery, "x");
    EXPECT_EQ(co_await refusal(queue, "test", "{}"), ErrorCode::kOverloaded);
}

TEST_P(QueueTest, RefusesWhatIsTooMuch) {
    QueueOptions options = quick_options();
    options.waiting_max = 2;
    options.payload_bytes_max = 1000;
    options.backoff_min = options.backoff_max = 1h;
    run(add_too_much, options);
}

Awaitable<void> bury_many(Queue& queue, TestQueues&) {
    std::vector<std::string> ids;
    for (int i = 0; i < 5; ++i) {
        ids.push_back(co_await add(queue));
        const Delivery delivery = co_await take(queue);
        co_await queue.give_up(delivery, std::string(2000, 'x'));
    }
    const auto dead = co_await queue.dead(10);
    EXPECT_EQ(dead.size(), 3U);
    EXPECT_EQ(dead.at(0).task.id, ids[4]);
    EXPECT_EQ(dead.at(2).task.id, ids[2]);
    EXPECT_EQ(dead.at(0).error.size(), 500U);
    const auto newest = co_await queue.dead(1);
    EXPECT_EQ(newest.size(), 1U);
}

TEST_P(QueueTest, KeepsTheNewestOfTheDead) {
    QueueOptions options = quick_options();
    options.dead_max = 3;
    run(bury_many, options);
}

TaskCounts one_in(TaskState state) {
    switch (state) {
        case TaskState::kQueued:
            return {.queued = 1};
        case TaskState::kRunning:
            return {.running = 1};
        case TaskState::kRetryWaiting:
            return {.retry_waiting = 1};
        case TaskState::kDead:
            return {.dead = 1};
        case TaskState::kDone:
            return {};
    }
    return {};
}

/// The delivery of a task that was brought into that state.
Awaitable<Delivery> bring_to(Queue& queue, TaskState state) {
    Delivery delivery{.task = {.id = co_await add(queue)}};
    if (state == TaskState::kQueued) co_return delivery;
    delivery = co_await take(queue);
    if (state == TaskState::kRetryWaiting) co_await queue.fail(delivery, "x");
    if (state == TaskState::kDead) co_await queue.give_up(delivery, "x");
    co_return delivery;
}

Awaitable<void> apply(Queue& queue, TaskEvent event, Delivery delivery) {
    if (event == TaskEvent::kTaken || event == TaskEvent::kLost || event == TaskEvent::kRetryDue) co_await take(queue);
    if (event == TaskEvent::kSucceeded) co_await queue.acknowledge(delivery);
    if (event == TaskEvent::kFailed) co_await queue.fail(delivery, "x");
    if (event == TaskEvent::kGivenUp) co_await queue.give_up(delivery, "x");
    if (event == TaskEvent::kGivenBack) co_await queue.give_back(delivery);
    if (event == TaskEvent::kReplayed) EXPECT_TRUE(co_await queue.replay(delivery.task.id));
    if (event == TaskEvent::kDiscarded) EXPECT_TRUE(co_await queue.discard(delivery.task.id));
}

Awaitable<void> make_step(Queue& queue, TaskTransition step) {
    const Delivery delivery = co_await bring_to(queue, step.from);
    EXPECT_EQ(co_await queue.counts(), one_in(step.from));
    co_await apply(queue, step.event, delivery);
    // That a task is lost or due again is seen only by taking it.
    const bool is_taken_too = step.event == TaskEvent::kLost || step.event == TaskEvent::kRetryDue;
    EXPECT_EQ(co_await queue.counts(), one_in(is_taken_too ? *next_state(step.to, TaskEvent::kTaken) : step.to));
}

TEST_P(QueueTest, FollowsTheTableOfStates) {
    for (const TaskTransition& step : kTaskTransitions) {
        SCOPED_TRACE(std::string(to_string(step.from)) + " to " + std::string(to_string(step.to)));
        QueueOptions options = quick_options();
        if (step.event == TaskEvent::kLost) options.visibility_timeout = 20ms;
        if (step.event == TaskEvent::kFailed) options.backoff_min = options.backoff_max = 1h;
        // Held for a moment, so that the state before the step can be seen.
        if (step.event == TaskEvent::kRetryDue) options.backoff_min = options.backoff_max = 100ms;
        run([&](Queue& queue, TestQueues&) { return make_step(queue, step); }, options);
    }
}

TEST(RetryDelay, DoublesUpToTheLongestAndVariesByHalf) {
    const QueueOptions options{.backoff_min = 100ms, .backoff_max = 1s};
    for (int i = 0; i < 100; ++i) {
        for (const auto& [attempts, longest] : {std::pair(1, 100ms), std::pair(2, 200ms), std::pair(4, 800ms),
                                                std::pair(5, 1000ms), std::pair(1000, 1000ms)}) {
            EXPECT_LE(retry_delay(attempts, options), longest);
            EXPECT_GE(retry_delay(attempts, options), longest / 2);
        }
    }
}

}  // namespace
}  // namespace karmen::tasks
