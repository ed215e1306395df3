#pragma once

#include "api/api.hpp"
#include "api/printer_texts.hpp"
#include "api/stream_access.hpp"
#include "app/change_publisher.hpp"
#include "app/interface.hpp"
#include "app/process_kind.hpp"
#include "app/shared_state.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "config/config.hpp"
#include "crypto/token.hpp"
#include "files/gcode_store.hpp"
#include "fleet/printer_monitor.hpp"
#include "http/server.hpp"
#include "identity/api_tokens.hpp"
#include "identity/audit_entries.hpp"
#include "identity/audit_trail.hpp"
#include "identity/login_sessions.hpp"
#include "identity/password_queue.hpp"
#include "identity/session_use.hpp"
#include "identity/sessions.hpp"
#include "identity/users.hpp"
#include "maintenance/data_directory.hpp"
#include "maintenance/persistence.hpp"
#include "net/http_client.hpp"
#include "printers/dialects.hpp"
#include "printers/octoprint/app_keys.hpp"
#include "printers/server_probe.hpp"
#include "runtime/loop.hpp"
#include "runtime/pool.hpp"
#include "runtime/task_group.hpp"
#include "services/app_keys.hpp"
#include "services/gcodes.hpp"
#include "services/print_job_tracker.hpp"
#include "services/printer_control.hpp"
#include "services/printer_probes.hpp"
#include "services/printers.hpp"
#include "services/printjobs.hpp"
#include "services/readiness.hpp"
#include "services/settings.hpp"
#include "services/tasks.hpp"
#include "services/thumbnails.hpp"
#include "services/webcams.hpp"
#include "storage/list_reader.hpp"
#include "tasks/scheduler.hpp"
#include "tasks/task_records.hpp"
#include "tasks/worker.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace karmen::app {

/// The composition root of the servers: the only place that knows the concrete types of everything. All kinds have the
/// same parts; they differ in which of them are started. Members are in the order of their dependencies. Loop only.
class ServerApplication {
  public:
    /// Opens the database and the store. Throws Error with a message for the operator.
    ServerApplication(Loop& loop, const config::Config& config, ProcessKind kind, Log& log);

    /// Cleans up after a crash, creates the first administrator, begins to watch the printers, to do tasks and to
    /// listen, as far as this kind of process does that. Returns the administrator with the password if one was
    /// created.
    Awaitable<std::optional<identity::NewUser>> start();

    /// REQUIRES: start() has returned, and this kind of process answers requests.
    std::uint16_t port() const { return server_.port(); }

    /// Stops accepting, lets running work finish within the grace time, then ends everything. May be called even if
    /// start() failed.
    Awaitable<void> stop();

  private:
    Awaitable<std::optional<identity::NewUser>> begin_to_answer();
    void take_new_share();
    Awaitable<void> end_lists_after(std::chrono::milliseconds grace);
    Awaitable<void> refresh_printers();

    const config::Config& config_;
    ProcessKind kind_;
    bool is_stopping_ = false;
    Log& log_;
    maintenance::DataDirectoryLock data_directory_lock_;
    SystemClock clock_;
    MonotonicClock monotonic_;
    maintenance::Persistence persistence_;
    files::GcodeStore store_;
    crypto::TokenSigner signer_;
    Pool blocking_;
    Pool files_;
    Pool cpu_;
    Pool lists_pool_;
    storage::ListReader lists_;
    std::unique_ptr<SharedState> shared_;
    ChangePublisher changes_;
    net::HttpClient http_client_;
    printers::Dialects printer_client_;
    identity::SessionUse session_use_;
    identity::LoginSessions login_sessions_;
    identity::PasswordQueue passwords_;
    identity::Sessions sessions_;
    identity::Users users_;
    services::Gcodes gcodes_;
    services::Thumbnails thumbnails_;
    fleet::PrinterMonitor monitor_;
    services::Printers printers_;
    api::PrinterTexts printer_texts_;
    services::PrintJobTracker print_tracker_;
    services::PrintJobs printjobs_;
    services::PrinterControl control_;
    printers::ServerProbe probe_;
    services::PrinterProbes probes_;
    printers::octoprint::AppKeys app_key_client_;
    services::AppKeys app_keys_;
    services::Webcams webcams_;
    identity::ApiTokens api_tokens_;
    services::Settings settings_;
    services::Readiness readiness_;
    identity::AuditTrail audit_;
    identity::AuditEntries audit_entries_;
    tasks::TaskRecords task_records_;
    services::Tasks tasks_;
    tasks::Worker worker_;
    tasks::Scheduler scheduler_;
    TaskGroup background_;
    api::StreamChecks stream_checks_;
    const std::vector<api::Route> routes_ = all_routes();
    api::OpenApiDocument openapi_;
    api::Api api_;
    http::Server server_;
};

}  // namespace karmen::app
