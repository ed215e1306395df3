#pragma once

#include "domain/list_query.hpp"
#include "domain/task_record.hpp"
#include "storage/database.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace karmen::storage {

/// Table task_records. The caller passes the times, so that its clock decides. Holds no state of its own. Any thread,
/// blocks; throws what Session throws.
class TaskRecordRepository {
  public:
    explicit TaskRecordRepository(Database& database) : database_(database) {}

    /// Of a task that was queued just now. If a worker has told of it already, it only gets who asked.
    TaskRecord add(const TaskRecord& record);

    /// What a worker tells of a task that it has.
    struct Step {
        Task task;
        TaskState to = TaskState::kRunning;
        Timestamp time{};
        Timestamp lease_end{};  ///< for kRunning
        TaskProgress progress;
        std::optional<std::string> error = {};
        int attempts_back = 0;  ///< 1: this attempt does not count
    };
    /// Makes the record if there is none. Changes nothing, and returns nullopt, if the task is done, or a later attempt
    /// has begun.
    std::optional<TaskRecord> note(const Step& step);
    /// A dead task is queued anew.
    std::optional<TaskRecord> note_replayed(const Uuid& id);
    void remove(const Uuid& id);

    /// Tasks that seem to run, but whose lease is over: the queue gives them to another worker, or to nobody if that
    /// was the last attempt. Returns those that changed.
    std::vector<TaskRecord> settle_lost(Timestamp now, int attempts_max);

    std::optional<TaskRecord> find(const Uuid& id);
    Page<TaskRecord> list(const ListQuery& query);
    /// Whether this list may cost as much as all rows. Does not ask the database.
    static bool may_read_all_rows(const ListQuery& query);

    struct Keep {
        Timestamp oldest{};              ///< when it was queued
        std::int64_t ended_max = 0;      ///< of all that have ended
        std::int64_t scheduled_max = 0;  ///< of each kind that has ended and that nobody asked for
    };
    /// Removes records that are too old, unless they run, and the oldest of those that are too many.
    void clean(const Keep& keep);

  private:
    Database& database_;
};

}  // namespace karmen::storage
