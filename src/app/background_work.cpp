#include "app/background_work.hpp"

#include <chrono>
#include <utility>

namespace karmen::app {

namespace {

/// Removes unfinished uploads that are older than a day. Twice: the second run finds nothing.
constexpr const char* kCleanStore = "clean_store";
/// Analyses files that have no analysis, such as those of an older Karmen. Twice: the same facts are written again.
constexpr const char* kAnalyzeMissing = "analyze_missing";

/// Removes sessions whose last token has expired. Twice: the second run finds nothing.
constexpr const char* kCleanSessions = "clean_sessions";
/// Removes entries of the audit log that are too old or too many. Twice: the second run finds nothing.
constexpr const char* kCleanAudit = "clean_audit";

/// Removes records of tasks that are too old or too many. Twice: the second run finds nothing.
constexpr const char* kCleanTasks = "clean_tasks";

constexpr std::chrono::minutes kDeadline{30};

Awaitable<void> remove_expired(identity::LoginSessions& login_sessions) {
    co_await login_sessions.remove_expired();
}

}  // namespace

tasks::Handlers task_handlers(services::Gcodes& gcodes, identity::LoginSessions& login_sessions,
                              identity::AuditTrail& audit, tasks::TaskRecords& records,
                              std::filesystem::path unlisted_folder) {
    tasks::Handlers handlers;
    handlers[kCleanStore] = {
        .run = [&gcodes, unlisted_folder](const Task&, tasks::TaskReport&) { return gcodes.clean(unlisted_folder); },
        .deadline = kDeadline};
    handlers[kAnalyzeMissing] = {.run = [&gcodes](const Task&, tasks::TaskReport&) { return gcodes.analyze_missing(); },
                                 .deadline = kDeadline};
    handlers[kCleanSessions] = {
        .run = [&login_sessions](const Task&, tasks::TaskReport&) { return remove_expired(login_sessions); },
        .deadline = kDeadline};
    handlers[kCleanAudit] = {.run = [&audit](const Task&, tasks::TaskReport&) { return audit.clean(); },
                             .deadline = kDeadline};
    handlers[kCleanTasks] = {.run = [&records](const Task&, tasks::TaskReport&) { return records.clean(); },
                             .deadline = kDeadline};
    return handlers;
}

services::Tasks::Kinds startable_tasks() {
    return {};
}

std::vector<tasks::Schedule> task_schedules(const config::Config& config) {
    const config::Tasks& tasks = config.tasks;
    return {{.name = kCleanStore, .interval = tasks.clean_store_interval, .task = {.kind = kCleanStore}},
            {.name = kAnalyzeMissing, .interval = tasks.analyze_interval, .task = {.kind = kAnalyzeMissing}},
            {.name = kCleanSessions, .interval = tasks.clean_sessions_interval, .task = {.kind = kCleanSessions}},
            {.name = kCleanAudit, .interval = config.audit.clean_interval, .task = {.kind = kCleanAudit}},
            {.name = kCleanTasks, .interval = tasks.clean_records_interval, .task = {.kind = kCleanTasks}}};
}

}  // namespace karmen::app
