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

/// When scheduled tasks ran last, for as many schedulers as there are. Owned by the composition root; outlives its
/// scheduler. Loop only. Throws Error as Queue does.
class Timetable {
  public:
    virtual ~Timetable() = default;

    /// True: this one leads, for the next while. To be called at least every kLeadInterval by each.
    virtual Awaitable<bool> lead() = 0;
    /// Another one may lead at once.
    virtual Awaitable<void> resign() = 0;
    /// Adds the task to the queue when it is due, which is once in each interval, whoever leads. A run that was missed
    /// is made up for by one. Gives the time to the next run; none: this one does not lead.
    virtual Awaitable<std::optional<std::chrono::milliseconds>> add_if_due(const Schedule& schedule) = 0;
};

/// Another one leads within their sum after the leader's death, which must stay below ten seconds.
inline constexpr std::chrono::milliseconds kLeadInterval{2000};
inline constexpr std::chrono::milliseconds kLeaseTime{6000};

}  // namespace karmen::tasks
