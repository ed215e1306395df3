#pragma once

#include "base/log.hpp"
#include "runtime/task_group.hpp"
#include "tasks/timetable.hpp"

#include <vector>

namespace karmen::tasks {

/// Adds tasks to the queue when they are due. One of several schedulers with the same timetable leads; the others wait
/// until it ends. Owned by the composition root. Loop only.
class Scheduler {
  public:
    Scheduler(Executor loop, Timetable& timetable, std::vector<Schedule> schedules, Log& log,
              std::chrono::milliseconds lead_interval = kLeadInterval);

    void start();
    /// Afterwards another scheduler can lead at once.
    Awaitable<void> stop();

    bool is_leading() const { return is_leading_; }

  private:
    Awaitable<void> run();
    Awaitable<std::chrono::milliseconds> look();
    void leads(bool is_leading);

    Timetable& timetable_;
    std::vector<Schedule> schedules_;
    Log& log_;
    std::chrono::milliseconds lead_interval_;
    TaskGroup tasks_;
    bool is_leading_ = false;
    bool is_away_ = false;
};

}  // namespace karmen::tasks
