#pragma once

#include "base/clock.hpp"
#include "domain/task_record.hpp"
#include "runtime/pool.hpp"
#include "storage/list_reader.hpp"
#include "storage/tables/task_record_repository.hpp"
#include "tasks/worker.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace karmen::tasks {

struct TaskRecordOptions {
    int attempts_max = 5;                            ///< as in QueueOptions
    std::chrono::milliseconds visibility_timeout{};  ///< as in QueueOptions
    std::chrono::milliseconds retention{};
    std::int64_t ended_max = 0;
    std::int64_t scheduled_max = 0;  ///< of each kind that nobody asked for
};

/// What became of tasks, in the database of every arrangement (docs/adr/0044). The queue decides, the records are what
/// is shown. So that none says `running` for ever, each has the end of its worker's lease, and those whose lease is
/// over are settled before they are shown. Loop only; owned by the composition root. Throws what the repository throws.
class TaskRecords final : public TaskWatcher {
  public:
    using OnChange = std::function<void(const TaskRecord&)>;
    TaskRecords(storage::TaskRecordRepository& records, storage::ListReader& lists, Pool& blocking, const Clock& clock,
                TaskRecordOptions options, OnChange on_change);

    /// Of a task that was queued just now: `record` has its id, its kind and who asked.
    Awaitable<void> add(TaskRecord record);
    Awaitable<void> on_step(Step step) override;

    Awaitable<Page<TaskRecord>> list(ListQuery query);
    Awaitable<std::optional<TaskRecord>> find(Uuid id);
    Awaitable<void> clean();

  private:
    Awaitable<void> settle_lost();

    storage::TaskRecordRepository& records_;
    storage::ListReader& lists_;
    Pool& blocking_;
    const Clock& clock_;
    TaskRecordOptions options_;
    OnChange on_change_;
};

}  // namespace karmen::tasks
