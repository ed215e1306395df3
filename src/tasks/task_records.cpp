#include "tasks/task_records.hpp"

#include <utility>

namespace karmen::tasks {

TaskRecords::TaskRecords(storage::TaskRecordRepository& records, storage::ListReader& lists, Pool& blocking,
                         const Clock& clock, TaskRecordOptions options, OnChange on_change)
    : records_(records),
      lists_(lists),
      blocking_(blocking),
      clock_(clock),
      options_(options),
      on_change_(std::move(on_change)) {}

Awaitable<void> TaskRecords::add(TaskRecord record) {
    record.queued = clock_.now();
    on_change_(co_await offload(blocking_, [&] { return records_.add(record); }));
}

Awaitable<void> TaskRecords::on_step(Step step) {
    const Timestamp now = clock_.now();
    const storage::TaskRecordRepository::Step noted{.task = std::move(step.task),
                                                    .to = step.state,
                                                    .time = now,
                                                    .lease_end = now + options_.visibility_timeout,
                                                    .progress = std::move(step.progress),
                                                    .error = std::move(step.error),
                                                    .attempts_back = step.counts ? 0 : 1};
    const auto record = co_await offload(blocking_, [&] { return records_.note(noted); });
    if (record) on_change_(*record);
}

Awaitable<void> TaskRecords::settle_lost() {
    const auto lost =
        co_await offload(blocking_, [&] { return records_.settle_lost(clock_.now(), options_.attempts_max); });
    for (const TaskRecord& record : lost) on_change_(record);
}

Awaitable<Page<TaskRecord>> TaskRecords::list(ListQuery query) {
    co_await settle_lost();
    co_return co_await lists_.read(records_, std::move(query));
}

Awaitable<std::optional<TaskRecord>> TaskRecords::find(Uuid id) {
    co_await settle_lost();
    co_return co_await offload(blocking_, [&] { return records_.find(id); });
}

Awaitable<void> TaskRecords::clean() {
    co_await settle_lost();
    const storage::TaskRecordRepository::Keep keep{.oldest = clock_.now() - options_.retention,
                                                   .ended_max = options_.ended_max,
                                                   .scheduled_max = options_.scheduled_max};
    co_await offload(blocking_, [&] { records_.clean(keep); });
}

}  // namespace karmen::tasks
