#pragma once

#include "base/clock.hpp"
#include "base/described.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace karmen {

/// Where a task is in its life. It is remembered from the moment it is queued until it is done.
enum class TaskState {
    kQueued,
    kRunning,       ///< a worker has it, for as long as it renews its lease
    kRetryWaiting,  ///< failed, and is tried again later
    kDead,          ///< tried often enough: kept for people to look at
    kDone,          ///< forgotten by the queue; a record of it stays for a while (domain/task_record.hpp)
};
template <>
struct Words<TaskState> {
    using enum TaskState;
    static constexpr std::array words{
        std::pair{kQueued, std::string_view("queued")}, std::pair{kRunning, std::string_view("running")},
        std::pair{kRetryWaiting, std::string_view("retry_waiting")}, std::pair{kDead, std::string_view("dead")},
        std::pair{kDone, std::string_view("done")}};
};
/// Nothing more happens to the task by itself.
constexpr bool has_ended(TaskState state) {
    return state == TaskState::kDead || state == TaskState::kDone;
}

enum class TaskEvent {
    kTaken,
    kSucceeded,
    kFailed,
    kGivenUp,    ///< failed for the last time, or cannot be done
    kGivenBack,  ///< its worker ends, the attempt does not count
    kLost,       ///< its worker died, or hangs
    kRetryDue,
    kReplayed,   ///< somebody wants it tried again
    kDiscarded,  ///< somebody wants it forgotten
};

struct TaskTransition {
    TaskState from;
    TaskEvent event;
    TaskState to;
};

/// All transitions of a task. An event that is not listed for a state leaves the task as it is.
inline constexpr std::array<TaskTransition, 9> kTaskTransitions{{
    {TaskState::kQueued, TaskEvent::kTaken, TaskState::kRunning},
    {TaskState::kRunning, TaskEvent::kSucceeded, TaskState::kDone},
    {TaskState::kRunning, TaskEvent::kFailed, TaskState::kRetryWaiting},
    {TaskState::kRunning, TaskEvent::kGivenUp, TaskState::kDead},
    {TaskState::kRunning, TaskEvent::kGivenBack, TaskState::kQueued},
    {TaskState::kRunning, TaskEvent::kLost, TaskState::kQueued},
    {TaskState::kRetryWaiting, TaskEvent::kRetryDue, TaskState::kQueued},
    {TaskState::kDead, TaskEvent::kReplayed, TaskState::kQueued},
    {TaskState::kDead, TaskEvent::kDiscarded, TaskState::kDone},
}};

/// nullopt if this event cannot happen in that state.
std::optional<TaskState> next_state(TaskState state, TaskEvent event);

/// A piece of work for any worker. It may be done twice, even by two workers at the same time: for each kind of task
/// the code says why that does no harm.
struct Task {
    std::string id;       ///< a UUID, the same through all attempts
    std::string kind;     ///< which handler does it, such as `scan_network`
    std::string payload;  ///< JSON, whose members the kind defines
    int attempt = 0;      ///< 1 for the first; 0: not tried yet
    Timestamp created{};
    bool operator==(const Task&) const = default;
};

struct DeadTask {
    Task task;
    std::string error;  ///< of the last attempt, in words
    Timestamp died{};
};

/// How many tasks are in each state.
struct TaskCounts {
    std::int64_t queued = 0;
    std::int64_t running = 0;
    std::int64_t retry_waiting = 0;
    std::int64_t dead = 0;
    bool operator==(const TaskCounts&) const = default;
};

}  // namespace karmen
