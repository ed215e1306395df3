#pragma once

#include "base/log.hpp"
#include "runtime/event.hpp"
#include "runtime/task_group.hpp"
#include "tasks/queue.hpp"
#include "tasks/task_report.hpp"

#include <chrono>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace karmen::tasks {

/// Does one kind of task. An exception is a failure. Error(kInvalidInput) means that trying again makes no sense;
/// kStorageUnavailable and kServiceUnavailable mean that a server is down, and the attempt does not count. It may be
/// cancelled at each of its waits. What it tells in its report is shown by GET /tasks.
struct Handler {
    std::function<Awaitable<void>(Task task, TaskReport& report)> run;
    std::chrono::milliseconds deadline{std::chrono::minutes(1)};
};
using Handlers = std::map<std::string, Handler, std::less<>>;  ///< by kind

/// Is told what becomes of tasks, after the queue. Outlives the worker. Loop only.
class TaskWatcher {
  public:
    virtual ~TaskWatcher() = default;

    struct Step {
        Task task;
        TaskState state = TaskState::kRunning;
        TaskProgress progress;
        std::optional<std::string> error = {};
        bool counts = true;  ///< false: the task is queued again as if this attempt had not been
    };
    /// May throw Error; then the worker tells it again later.
    virtual Awaitable<void> on_step(Step step) = 0;
};

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
    /// The progress of a task is written down at most this often.
    std::chrono::milliseconds progress_interval{1000};
    std::size_t result_bytes_max = 256 << 10;
    /// Wait before a task is given back because a server that it needs is down.
    std::chrono::milliseconds postpone_time{2000};
};

/// Does the tasks of one queue, a few at a time. Owned by the composition root; the queue outlives it. Loop only.
class Worker {
  public:
    Worker(Executor loop, Queue& queue, TaskWatcher& watcher, Handlers handlers, WorkerOptions options, Log& log);

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
    using Report = std::shared_ptr<TaskReport>;

    Awaitable<Outcome> work(Delivery delivery, Report report);
    Awaitable<Outcome> run_handler(Delivery delivery, Report report, const Handler& handler);
    static Ending ending_of(const std::exception_ptr& error);
    Awaitable<void> keep_lease(Delivery delivery, Report report);
    Awaitable<void> tell_progress(Task task, Report report);
    Awaitable<void> tell_running(Task task, Report report);
    Awaitable<void> settle(Delivery delivery, Outcome outcome, Report report);
    Awaitable<bool> persist(const Task& task, std::function<Awaitable<void>()> tell, std::string_view warning);
    Awaitable<void> tell_queue(const Delivery& delivery, const Outcome& outcome, TaskState& state);
    void log_outcome(const Task& task, const Outcome& outcome, TaskState state);
    Awaitable<void> cancel_after(std::chrono::milliseconds grace);

    Executor loop_;
    Queue& queue_;
    TaskWatcher& watcher_;
    Handlers handlers_;
    WorkerOptions options_;
    Log& log_;
    Semaphore places_;
    TaskGroup running_;
    TaskGroup own_;
    bool is_cancelled_ = false;
};

}  // namespace karmen::tasks
