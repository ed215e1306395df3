#pragma once

#include "tasks/queue.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace karmen::tasks {

/// A task to be done again and again.
struct Schedule {
    std::string name;  ///< unique, and the same in all schedulers
    std::chrono::milliseconds interval;
    NewTask task;
};

/// When scheduled tasks ran last, shared by all schedulers. Owned by the composition root; outlives its scheduler. Loop
/// only. Throws Error as Queue does.
class Timetable {
  public:
    virtual ~Timetable() = default;

    /// True if this scheduler leads, for the next kLeaseTime. Each scheduler calls it at least every kLeadInterval.
    virtual Awaitable<bool> lead() = 0;
    /// Another scheduler may lead at once.
    virtual Awaitable<void> resign() = 0;
    /// Adds the task to the queue if it is due, which is once in each interval, also if the leader changes. Missed runs
    /// are made up for by a single one. Returns the time to the next run; nullopt if this scheduler does not lead.
    virtual Awaitable<std::optional<std::chrono::milliseconds>> add_if_due(const Schedule& schedule) = 0;
};

/// After the death of the leader another scheduler leads within the sum of both, which must stay below ten seconds.
inline constexpr std::chrono::milliseconds kLeadInterval{2000};
inline constexpr std::chrono::milliseconds kLeaseTime{6000};

}  // namespace karmen::tasks
