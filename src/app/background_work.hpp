#pragma once

#include "config/config.hpp"
#include "identity/audit_trail.hpp"
#include "identity/login_sessions.hpp"
#include "services/gcodes.hpp"
#include "services/tasks.hpp"
#include "tasks/scheduler.hpp"
#include "tasks/task_records.hpp"
#include "tasks/worker.hpp"

#include <filesystem>
#include <vector>

/// The tasks that Karmen does in the background. Each may be done twice; its comment says why that does no harm.
namespace karmen::app {

/// The services outlive the worker.
tasks::Handlers task_handlers(services::Gcodes& gcodes, identity::LoginSessions& login_sessions,
                              identity::AuditTrail& audit, tasks::TaskRecords& records,
                              std::filesystem::path unlisted_folder);

/// The kinds that people may start.
services::Tasks::Kinds startable_tasks();

/// When the scheduler adds them.
std::vector<tasks::Schedule> task_schedules(const config::Config& config);

}  // namespace karmen::app
