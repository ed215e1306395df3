#pragma once

#include "domain/access.hpp"
#include "domain/list_query.hpp"
#include "domain/task_record.hpp"
#include "runtime/awaitable.hpp"
#include "tasks/queue.hpp"
#include "tasks/task_records.hpp"

#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace karmen::services {

/// Background work that people start and look at. Loop only; owned by the composition root.
class Tasks {
  public:
    using Kinds = std::set<std::string, std::less<>>;
    /// `startable`: the kinds that people may start, which are those that workers of this configuration can do.
    Tasks(tasks::Queue& queue, tasks::TaskRecords& records, Kinds startable);

    /// Returns the id of the task, which is durable then. Throws Error: kTaskNotStarted if this installation does not
    /// do such tasks, and what Queue::add throws.
    Awaitable<std::string> start(Principal who, std::string kind);

    Awaitable<Page<TaskRecord>> list(ListQuery query);
    /// Throws Error(kTaskNotFound).
    Awaitable<TaskRecord> find(std::string_view id);

  private:
    tasks::Queue& queue_;
    tasks::TaskRecords& records_;
    Kinds startable_;
};

}  // namespace karmen::services
