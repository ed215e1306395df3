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

/// Tables tasks and schedules. Times are the caller's, so that its clock decides. A receipt names one delivery of a
/// task: with another one, nothing is changed. Holds no state of its own. Any thread, blocks; throws what Session
/// throws.
class TaskRepository {
  public:
    explicit TaskRepository(Database& database) : database_(database) {}

    /// Throws Error(kOverloaded) when `waiting_max` tasks wait already.
    void add(const Task& task, Timestamp now, std::size_t waiting_max);

    struct Lease {
        std::string receipt;
        Timestamp end;  ///< from then on somebody else may take the task
    };
    /// The task that waits longest, with this attempt counted; also one whose lease is over. Those that were lost in
    /// their last attempt die instead.
    std::optional<Task> take(const Lease& lease, Timestamp now, int attempts_max);
    /// When the next one can be taken, if nothing else happens; none: nothing waits and nothing runs.
    std::optional<Timestamp> next_due();
    /// False: somebody else has it by now, or it is gone.
    bool renew(std::string_view id, const Lease& lease);

    /// Forgets a task that is done, whoever did it.
    void remove_done(std::string_view id);
    bool retry_at(std::string_view id, std::string_view receipt, Timestamp due, std::string_view error);
    /// Of the dead the newest `dead_max` are kept.
    bool bury(std::string_view id, std::string_view receipt, Timestamp now, std::string_view error,
              std::size_t dead_max);
    /// As if it had not been taken.
    bool give_back(std::string_view id, std::string_view receipt, Timestamp now);
    /// The same for all that run, when nobody can be running them. Returns how many.
    std::int64_t give_back_all(Timestamp now);

    /// The newest first.
    std::vector<DeadTask> dead(std::size_t max);
    bool replay(std::string_view id, Timestamp now);
    bool discard(std::string_view id);
    TaskCounts counts();

    /// Adds the task when the last one of this name is `interval` old, in one step, so that of many who try one
    /// succeeds. Returns when the next one is due.
    Timestamp add_if_due(std::string_view name, std::chrono::milliseconds interval, const Task& task, Timestamp now,
                         std::size_t waiting_max);

  private:
    void bury_lost(Session& session, Timestamp now, int attempts_max);

    Database& database_;
};

}  // namespace karmen::storage
