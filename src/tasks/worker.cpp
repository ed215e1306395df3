#include "tasks/worker.hpp"

#include "base/error.hpp"
#include "runtime/sleep.hpp"
#include "runtime/timeout.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace karmen::tasks {

namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

std::string words_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& failure) {
        return failure.what();
    } catch (...) {
        return "unknown error";
    }
}

std::optional<ErrorCode> code_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const Error& failure) {
        return failure.code();
    } catch (...) {
        return std::nullopt;
    }
}

}  // namespace

Worker::Worker(Executor loop, Queue& queue, TaskWatcher& watcher, Handlers handlers, WorkerOptions options, Log& log)
    : loop_(loop),
      queue_(queue),
      watcher_(watcher),
      handlers_(std::move(handlers)),
      options_(options),
      log_(log),
      places_(loop, options.concurrency),
      running_(loop, log, "tasks"),
      own_(loop, log, "worker") {}

void Worker::start() {
    own_.spawn(fetch());
}

Awaitable<void> Worker::cancel_after(milliseconds grace) {
    co_await sleep_for(grace);
    is_cancelled_ = true;
    running_.cancel();
}

Awaitable<void> Worker::stop(milliseconds grace) {
    own_.cancel();
    co_await own_.join();
    TaskGroup grace_over(loop_, log_, "grace of tasks");
    grace_over.spawn(cancel_after(grace));
    co_await running_.join();
    grace_over.cancel();
    co_await grace_over.join();
}

Awaitable<void> Worker::fetch() {
    auto pause = options_.queue_retry_min;
    bool is_away = false;
    while (true) {
        try {
            co_await fetch_one();
            if (std::exchange(is_away, false)) log_.info("the queue of tasks is back");
            pause = options_.queue_retry_min;
            continue;
        } catch (const Error& error) {
            // One line for an absence, not one for each attempt.
            if (!std::exchange(is_away, true)) log_.warning("no task can be taken", {{"error", error.what()}});
        }
        co_await sleep_for(pause);
        pause = std::min(pause * 2, options_.queue_retry_max);
    }
}

Awaitable<void> Worker::fetch_one() {
    auto place = co_await places_.acquire();
    auto delivery = co_await queue_.take(options_.take_wait);
    // No wait between take() and here: a cancel would leave the task with nobody.
    if (delivery) running_.spawn(process(std::move(*delivery), std::move(place)));
}

Awaitable<void> Worker::process(Delivery delivery, Semaphore::Place place) {
    const Semaphore::Place held = std::move(place);
    log_.debug("task begins", {{"task", delivery.task.id}, {"kind", delivery.task.kind}});
    const auto report = std::make_shared<TaskReport>(loop_, options_.result_bytes_max);
    Outcome outcome = co_await work(delivery, report);
    // What became of it is told to the queue also after a cancel.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await settle(std::move(delivery), std::move(outcome), report);
}

Awaitable<Worker::Outcome> Worker::work(Delivery delivery, Report report) {
    const auto handler = handlers_.find(delivery.task.kind);
    // A newer version may have queued it, whose workers know it: it is tried again.
    if (handler == handlers_.end())
        co_return Outcome{Ending::kFailed, "no worker of this version knows tasks of the kind " + delivery.task.kind};
    co_return co_await run_handler(std::move(delivery), std::move(report), handler->second);
}

Awaitable<Worker::Outcome> Worker::run_handler(Delivery delivery, Report report, const Handler& handler) {
    const auto [order, error, is_in_time, lease_error, progress_error] =
        co_await asio::experimental::make_parallel_group(
            asio::co_spawn(loop_, finishes_within(handler.deadline, handler.run(delivery.task, *report)),
                           asio::deferred),
            asio::co_spawn(loop_, keep_lease(delivery, report), asio::deferred),
            asio::co_spawn(loop_, tell_progress(delivery.task, report), asio::deferred))
            .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    const bool is_first = order[0] == 0;
    if (is_first && !error && is_in_time) co_return Outcome{Ending::kDone, {}};
    if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none)
        co_return Outcome{Ending::kCancelled, {}};
    if (!is_first) co_return Outcome{Ending::kLost, {}};
    if (!error) co_return Outcome{Ending::kFailed, "it took longer than it may"};
    co_return Outcome{ending_of(error), words_of(error)};
}

Worker::Ending Worker::ending_of(const std::exception_ptr& error) {
    switch (code_of(error).value_or(ErrorCode::kInternal)) {
        case ErrorCode::kInvalidInput:
            return Ending::kHopeless;
        // Attempts are for the task's own mistakes: one that is due while the database is away must not die of that.
        case ErrorCode::kStorageUnavailable:
        case ErrorCode::kServiceUnavailable:
            return Ending::kPostponed;
        default:
            return Ending::kFailed;
    }
}

/// Returns when the task is somebody else's.
Awaitable<void> Worker::keep_lease(Delivery delivery, Report report) {
    while (true) {
        co_await sleep_for(options_.renew_interval);
        try {
            if (!co_await queue_.renew(delivery)) co_return;
        } catch (const Error& error) {
            log_.debug("a task's lease was not renewed", {{"task", delivery.task.id}, {"error", error.what()}});
            continue;
        }
        co_await tell_running(delivery.task, report);
    }
}

/// Does not return.
Awaitable<void> Worker::tell_progress(Task task, Report report) {
    co_await tell_running(task, report);
    while (true) {
        co_await report->until_changed();
        co_await tell_running(task, report);
        co_await sleep_for(options_.progress_interval);
    }
}

Awaitable<void> Worker::tell_running(Task task, Report report) {
    const std::string id = task.id;
    try {
        co_await watcher_.on_step({.task = std::move(task), .progress = report->current()});
    } catch (const Error& error) {
        log_.debug("the progress of a task was not written down", {{"task", id}, {"error", error.what()}});
    }
}

Awaitable<void> Worker::settle(Delivery delivery, Outcome outcome, Report report) {
    if (outcome.ending == Ending::kLost) {
        log_.warning("task was given to another worker", {{"task", delivery.task.id}, {"kind", delivery.task.kind}});
        co_return;
    }
    if (outcome.ending == Ending::kPostponed && !is_cancelled_) co_await sleep_for(options_.postpone_time);
    TaskWatcher::Step step{.task = delivery.task, .progress = report->current()};
    if (!co_await persist(
            delivery.task, [&] { return tell_queue(delivery, outcome, step.state); },
            "the queue does not know what became of a task, it will be done once more"))
        co_return;
    log_outcome(delivery.task, outcome, step.state);
    if (!outcome.error.empty()) step.error = short_text(outcome.error);
    step.counts = outcome.ending != Ending::kPostponed && outcome.ending != Ending::kCancelled;
    co_await persist(
        delivery.task, [&] { return watcher_.on_step(step); }, "what became of a task was not written down");
}

/// Tries it until it succeeds; not for ever, and only once if the worker has to end.
Awaitable<bool> Worker::persist(const Task& task, std::function<Awaitable<void>()> tell, std::string_view warning) {
    const auto end = Steady::now() + options_.settle_timeout;
    for (auto pause = options_.queue_retry_min;; pause = std::min(pause * 2, options_.queue_retry_max)) {
        try {
            co_await tell();
            co_return true;
        } catch (const Error& error) {
            if (is_cancelled_ || Steady::now() + pause > end) {
                log_.warning(warning, {{"task", task.id}, {"kind", task.kind}, {"error", error.what()}});
                co_return false;
            }
        }
        co_await sleep_for(pause);
    }
}

/// `state` becomes that of the task then.
Awaitable<void> Worker::tell_queue(const Delivery& delivery, const Outcome& outcome, TaskState& state) {
    switch (outcome.ending) {
        case Ending::kDone:
            co_await queue_.acknowledge(delivery);
            state = TaskState::kDone;
            co_return;
        case Ending::kFailed:
            state = co_await queue_.fail(delivery, outcome.error);
            co_return;
        case Ending::kHopeless:
            co_await queue_.give_up(delivery, outcome.error);
            state = TaskState::kDead;
            co_return;
        case Ending::kPostponed:
        case Ending::kCancelled:
            co_await queue_.give_back(delivery);
            state = TaskState::kQueued;
            co_return;
        case Ending::kLost:
            co_return;
    }
}

void Worker::log_outcome(const Task& task, const Outcome& outcome, TaskState state) {
    switch (outcome.ending) {
        case Ending::kDone:
            log_.debug("task done", {{"task", task.id}, {"kind", task.kind}, {"attempt", task.attempt}});
            return;
        case Ending::kFailed:
            log_.warning(state == TaskState::kDead ? "task failed for the last time" : "task failed, will be retried",
                         {{"task", task.id}, {"kind", task.kind}, {"attempt", task.attempt}, {"error", outcome.error}});
            return;
        case Ending::kHopeless:
            log_.error("task cannot be done", {{"task", task.id}, {"kind", task.kind}, {"error", outcome.error}});
            return;
        case Ending::kPostponed:
        case Ending::kCancelled:
            log_.info("task given back", {{"task", task.id}, {"kind", task.kind}, {"error", outcome.error}});
            return;
        case Ending::kLost:
            return;
    }
}

}  // namespace karmen::tasks
