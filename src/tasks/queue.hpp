#pragma once

#include "domain/task.hpp"
#include "runtime/awaitable.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace karmen::tasks {

struct QueueOptions {
    int attempts_max = 5;
    std::chrono::milliseconds backoff_min{1000};  ///< before the second attempt; doubled for each further one
    std::chrono::milliseconds backoff_max{std::chrono::minutes(10)};
    /// A worker that does not renew a task within this time loses it.
    std::chrono::milliseconds visibility_timeout{std::chrono::minutes(1)};
    std::size_t waiting_max = 10'000;  ///< more are refused
    std::size_t dead_max = 1000;       ///< above it, the oldest are removed
    std::size_t payload_bytes_max = 64 << 10;
};

struct NewTask {
    std::string kind;
    std::string payload = "{}";  ///< JSON
};

/// A task that a worker has taken. The receipt names this delivery, so that a worker that lost the task meanwhile
/// changes nothing.
struct Delivery {
    Task task;
    std::string receipt;
};

/// Tasks that wait for a worker, are remembered until they are done, and are delivered at least once. Owned by the
/// composition root; outlives workers and callers that add tasks. Loop only. All functions throw Error:
/// kServiceUnavailable or kStorageUnavailable while the server that stores the tasks is down, kOverloaded.
class Queue {
  public:
    virtual ~Queue() = default;

    /// Returns the id of the task, which is durable then. If it throws, the task may have been added all the same.
    /// Throws Error(kInvalidInput) if the payload is too long, Error(kOverloaded) if too many tasks wait.
    virtual Awaitable<std::string> add(NewTask task) = 0;

    /// The task that has waited longest; nullopt if there was none within that time. One caller at a time. A caller
    /// that is cancelled while it gets a task still gets it and must give it back; otherwise no other worker can take
    /// it until visibility_timeout is over (or until stop(), if the queue has one).
    virtual Awaitable<std::optional<Delivery>> take(std::chrono::milliseconds wait) = 0;
    /// Call this well within each visibility_timeout. False if another worker has the task by now, or it is done.
    virtual Awaitable<bool> renew(const Delivery& delivery) = 0;
    /// The work is done. Harmless if another worker has the task too, or has acknowledged it before.
    virtual Awaitable<void> acknowledge(const Delivery& delivery) = 0;
    /// Returns the new state of the task: kRetryWaiting or kDead.
    virtual Awaitable<TaskState> fail(const Delivery& delivery, std::string error) = 0;
    /// Trying again makes no sense.
    virtual Awaitable<void> give_up(const Delivery& delivery, std::string error) = 0;
    /// Makes the task available to other workers at once; the attempt does not count.
    virtual Awaitable<void> give_back(const Delivery& delivery) = 0;

    /// The newest first.
    virtual Awaitable<std::vector<DeadTask>> dead(std::size_t max) = 0;
    /// Tries a dead task again, beginning with its first attempt. False if no dead task has this id.
    virtual Awaitable<bool> replay(std::string id) = 0;
    virtual Awaitable<bool> discard(std::string id) = 0;
    virtual Awaitable<TaskCounts> counts() = 0;
};

/// The time before the next attempt: doubled for each attempt, and with jitter, so that tasks that failed together are
/// not tried again together.
std::chrono::milliseconds retry_delay(int attempts, const QueueOptions& options);

/// Throws Error(kInvalidInput) when it is too long.
Task make_task(NewTask task, Timestamp now, const QueueOptions& options);

/// The part of a text for people that is stored: valid UTF-8 without NUL.
std::string short_text(std::string_view text);

}  // namespace karmen::tasks
