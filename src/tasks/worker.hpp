#pragma once

#include "base/log.hpp"
#include "runtime/event.hpp"
#include "runtime/task_group.hpp"
#include "tasks/queue.hpp"

#include <chrono>
#include <exception>
#include <functional>
#include <map>
#include <string>

namespace karmen::tasks {

/// Does one kind of task. An exception is a failure. Error(kInvalidInput) means that trying again makes no sense;
/// kStorageUnavailable and kServiceUnavailable mean that a server is down, and the attempt does not count. It may be
/// cancelled at each of its waits.
struct Handler {
    std::function<Awaitable<void>(Task task)> run;
    std::chrono::milliseconds deadline{std::chrono::minutes(1)};
};
using Handlers = std::map<std::string, Handler, std::less<>>;  ///< by kind

struct WorkerOptions {
    std::size_t concurrency = 4;
    std::chrono::milliseconds take_wait{5000};
    /// A third of the queue's visibility_timeout, so that one failed renewal does not lose the task.
    std::chrono::milliseconds renew_interval{20'000};
    /// Wait before the next attempt to reach a queue that is down; doubled up to queue_retry_max.
    std::chrono::milliseconds queue_retry_min{100};
    std::chrono::milliseconds queue_retry_max{2000};
    /// How long it tries to tell the queue the result of a task; afterwards the queue gives the task to another worker.
    std::chrono::milliseconds settle_timeout{std::chrono::minutes(1)};
    /// Wait before a task is given back because a server that it needs is down.
    std::chrono::milliseconds postpone_time{2000};
};

/// Does the tasks of one queue, a few at a time. Owned by the composition root; the queue outlives it. Loop only.
class Worker {
  public:
    Worker(Executor loop, Queue& queue, Handlers handlers, WorkerOptions options, Log& log);

    void start();
    /// Takes no more tasks, lets running ones finish within the grace time, then cancels them and gives them back.
    Awaitable<void> stop(std::chrono::milliseconds grace);

    std::size_t running() const { return running_.size(); }

  private:
    enum class Ending { kDone, kFailed, kHopeless, kLost, kPostponed, kCancelled };
    struct Outcome {
        Ending ending;
        std::string error;
    };

    Awaitable<void> fetch();
    Awaitable<void> fetch_one();
    Awaitable<void> process(Delivery delivery, Semaphore::Place place);
    Awaitable<Outcome> work(Delivery delivery);
    Awaitable<Outcome> run_handler(Delivery delivery, const Handler& handler);
    static Ending ending_of(const std::exception_ptr& error);
    Awaitable<void> keep_lease(Delivery delivery);
    Awaitable<void> settle(Delivery delivery, Outcome outcome);
    Awaitable<void> tell_queue(const Delivery& delivery, const Outcome& outcome);
    Awaitable<void> cancel_after(std::chrono::milliseconds grace);

    Executor loop_;
    Queue& queue_;
    Handlers handlers_;
    WorkerOptions options_;
    Log& log_;
    Semaphore places_;
    TaskGroup running_;
    TaskGroup own_;
    bool is_cancelled_ = false;
};

}  // namespace karmen::tasks
