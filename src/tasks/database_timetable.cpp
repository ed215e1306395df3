#include "tasks/database_timetable.hpp"

namespace karmen::tasks {

Awaitable<std::optional<std::chrono::milliseconds>> DatabaseTimetable::add_if_due(const Schedule& schedule) {
    const Timestamp now = clock_.now();
    const Task task = make_task(schedule.task, now, options_);
    const Timestamp next = co_await offload(blocking_, [&] {
        return tasks_.add_if_due(schedule.name, schedule.interval, task, now, options_.waiting_max);
    });
    queue_.wake();
    co_return std::chrono::ceil<std::chrono::milliseconds>(next - now);
}

}  // namespace karmen::tasks
