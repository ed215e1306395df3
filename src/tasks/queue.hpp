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
    std::chrono::milliseconds backoff_min{1000};  ///< before the second attempt; doubled for each one more
    std::chrono::milliseconds backoff_max{std::chrono::minutes(10)};
    /// A worker that does not renew a task for this long has lost it.
    std::chrono::milliseconds visibility_timeout{std::chrono::minutes(1)};
    std::size_t waiting_max = 10'000;  ///< more are refused
    std::size_t dead_max = 1000;       ///< of more, the oldest are forgotten
    std::size_t payload_bytes_max = 64 << 10;
};

struct NewTask {
    std::string kind;
    std::string payload = "{}";  ///< JSON
};

/// A task in the hands of a worker. The receipt names this delivery, so that one who lost the task meanwhile changes
/// nothing.
struct Delivery {
    Task task;
    std::string receipt;
};

/// Tasks that wait for a worker, are remembered until they are done, and are delivered at least once. Owned by the
/// composition root; outlives workers and whoever adds tasks. Loop only. Everything throws Error: kServiceUnavailable
/// or kStorageUnavailable while the server that remembers is away, kOverloaded.
class Queue {
  public:
    virtual ~Queue() = default;

    /// The task's id. It is durable when this returns. When this throws, it may have been added all the same. Throws
    /// Error(kInvalidInput) for a payload that is too long, Error(kOverloaded) when too many wait.
    virtual Awaitable<std::string> add(NewTask task) = 0;

    /// The task that has waited longest; none: none could be taken within that time. One caller at a time. Whoever is
    /// cancelled in the moment of getting one gets it: give it back, or nobody has it until visibility_timeout is over
    /// (or until stop(), where there is one).
    virtual Awaitable<std::optional<Delivery>> take(std::chrono::milliseconds wait) = 0;
    /// To be called well within each visibility_timeout. False: the task is somebody else's by now, or done.
    virtual Awaitable<bool> renew(const Delivery& delivery) = 0;
    /// The work is done. Harmless when somebody else has the task too, or said so before.
    virtual Awaitable<void> acknowledge(const Delivery& delivery) = 0;
    /// Says what becomes of the task: kRetryWaiting or kDead.
    virtual Awaitable<TaskState> fail(const Delivery& delivery, std::string error) = 0;
    /// Trying again makes no sense.
    virtual Awaitable<void> give_up(const Delivery& delivery, std::string error) = 0;
    /// The attempt does not count: for another worker, now.
    virtual Awaitable<void> give_back(const Delivery& delivery) = 0;

    /// The newest first.
    virtual Awaitable<std::vector<DeadTask>> dead(std::size_t max) = 0;
    /// Tries a dead task again from its first attempt on. False: none has this id.
    virtual Awaitable<bool> replay(std::string id) = 0;
    virtual Awaitable<bool> discard(std::string id) = 0;
    virtual Awaitable<TaskCounts> counts() = 0;
};

/// Time before the next attempt, after so many: doubled each time, and with jitter, so that what failed together is not
/// tried again together.
std::chrono::milliseconds retry_delay(int attempts, const QueueOptions& options);

/// Throws Error(kInvalidInput) when it is too long.
Task make_task(NewTask task, Timestamp now, const QueueOptions& options);

/// What is kept of an error.
std::string short_error(std::string_view error);

}  // namespace karmen::tasks
