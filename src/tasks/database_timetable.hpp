#pragma once

#include "tasks/database_queue.hpp"
#include "tasks/timetable.hpp"

namespace karmen::tasks {

/// The timetable of DatabaseQueue. Every scheduler leads: the database makes sure that a run is not added twice.
class DatabaseTimetable final : public Timetable {
  public:
    DatabaseTimetable(storage::TaskRepository& tasks, DatabaseQueue& queue, Pool& blocking, const Clock& clock,
                      QueueOptions options)
        : tasks_(tasks), queue_(queue), blocking_(blocking), clock_(clock), options_(options) {}

    Awaitable<bool> lead() override { co_return true; }
    Awaitable<void> resign() override { co_return; }
    Awaitable<std::optional<std::chrono::milliseconds>> add_if_due(const Schedule& schedule) override;

  private:
    storage::TaskRepository& tasks_;
    DatabaseQueue& queue_;
    Pool& blocking_;
    const Clock& clock_;
    QueueOptions options_;
};

}  // namespace karmen::tasks
