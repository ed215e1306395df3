#include "services/tasks.hpp"

#include "base/error.hpp"

#include <utility>

namespace karmen::services {

Tasks::Tasks(tasks::Queue& queue, tasks::TaskRecords& records, Kinds startable)
    : queue_(queue), records_(records), startable_(std::move(startable)) {}

Awaitable<std::string> Tasks::start(Principal who, std::string kind) {
    if (!startable_.contains(kind))
        throw Error(ErrorCode::kTaskNotStarted,
                    PublicMessage{"Discovery of printers is not configured on this server"});
    tasks::NewTask task{.kind = kind};
    std::string id = co_await queue_.add(std::move(task));
    TaskRecord record{
        .kind = std::move(kind), .origin = TaskOrigin::kUser, .user = who.user, .username = std::move(who.username)};
    if (const auto uuid = Uuid::parse(id)) {
        record.id = *uuid;
        co_await records_.add(std::move(record));
    }
    co_return id;
}

Awaitable<Page<TaskRecord>> Tasks::list(ListQuery query) {
    return records_.list(std::move(query));
}

Awaitable<TaskRecord> Tasks::find(std::string_view id) {
    const auto uuid = Uuid::parse(id);
    auto record = uuid ? co_await records_.find(*uuid) : std::nullopt;
    if (!record) throw Error(ErrorCode::kTaskNotFound, PublicMessage{"There is no such task"});
    co_return *std::move(record);
}

}  // namespace karmen::services
