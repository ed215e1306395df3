#pragma once

#include "domain/task.hpp"
#include "storage/database.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace karmen::storage {

/// Tables tasks and schedules. The caller passes the times, so that its clock decides. A receipt names one delivery of
/// a task: calls with another receipt change nothing. Holds no state of its own. Any thread, blocks; throws what
/// Session throws.
class TaskRepository {
  public:
    explicit TaskRepository(Database& database) : database_(database) {}

    /// Throws Error(kOverloaded) when `waiting_max` tasks wait already.
    void add(const Task& task, Timestamp now, std::size_t waiting_max);

    struct Lease {
        std::string receipt;
        Timestamp end;  ///< from then on another worker may take the task
    };
    /// The task that has waited longest, with this attempt counted. A task whose lease has expired counts as waiting;
    /// if that was its last attempt, it becomes dead instead.
    std::optional<Task> take(const Lease& lease, Timestamp now, int attempts_max);
    /// When the next task can be taken, if nothing else happens; nullopt if none waits or runs.
    std::optional<Timestamp> next_due();
    /// False if another worker has it by now, or it is gone.
    bool renew(std::string_view id, const Lease& lease);

    /// Removes a task that is done, by any worker.
    void remove_done(std::string_view id);
    bool retry_at(std::string_view id, std::string_view receipt, Timestamp due, std::string_view error);
    /// Only the newest `dead_max` dead tasks are kept.
    bool bury(std::string_view id, std::string_view receipt, Timestamp now, std::string_view error,
              std::size_t dead_max);
    /// As if it had not been taken.
    bool give_back(std::string_view id, std::string_view receipt, Timestamp now);
    /// The same for all running tasks. REQUIRES: no worker lives. Returns how many.
    std::int64_t give_back_all(Timestamp now);

    /// The newest first.
    std::vector<DeadTask> dead(std::size_t max);
    bool replay(std::string_view id, Timestamp now);
    bool discard(std::string_view id);
    TaskCounts counts();

    /// Adds the task if the last one of this name is at least `interval` old. It is one step, so that only one of
    /// several callers succeeds. Returns when the next one is due.
    Timestamp add_if_due(std::string_view name, std::chrono::milliseconds interval, const Task& task, Timestamp now,
                         std::size_t waiting_max);

  private:
    void bury_lost(Session& session, Timestamp now, int attempts_max);

    Database& database_;
};

}  // namespace karmen::storage
