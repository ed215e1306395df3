#pragma once

#include "api/api.hpp"
#include "api/openapi.hpp"
#include "app/data_directory.hpp"
#include "app/persistence.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "config/config.hpp"
#include "crypto/token.hpp"
#include "files/gcode_store.hpp"
#include "http/server.hpp"
#include "net/http_client.hpp"
#include "printers/octoprint/client.hpp"
#include "runtime/loop.hpp"
#include "runtime/pool.hpp"
#include "runtime/task_group.hpp"
#include "services/api_tokens.hpp"
#include "services/gcodes.hpp"
#include "services/memory_login_throttle.hpp"
#include "services/printer_control.hpp"
#include "services/printer_monitor.hpp"
#include "services/printers.hpp"
#include "services/printjobs.hpp"
#include "services/sessions.hpp"
#include "services/settings.hpp"
#include "services/users.hpp"
#include "services/webcams.hpp"

#include <optional>
#include <string>

namespace karmen::app {

/// The composition root of `karmen serve`: the only place that knows the concrete types of everything. Members stand in
/// the order in which they need each other. Tests can start one in their own process. Loop only.
class ServerApplication {
  public:
    /// Opens the database and the store. Throws Error with a message for the operator.
    ServerApplication(Loop& loop, const config::Config& config, Log& log);

    /// Cleans up after a crash, makes the first administrator, begins to watch the printers and to listen. The
    /// administrator and the password to log in with, when one was made.
    Awaitable<std::optional<services::NewUser>> start();

    std::uint16_t port() const { return server_.port(); }

    /// Stops accepting, finishes what runs within the grace time, ends everything else. Start may fail; stop may follow
    /// all the same.
    Awaitable<void> stop();

  private:
    const config::Config& config_;
    Log& log_;
    DataDirectoryLock data_directory_lock_;
    SystemClock clock_;
    Persistence persistence_;
    files::GcodeStore store_;
    crypto::TokenSigner signer_;
    Pool blocking_;
    Pool files_;
    Pool cpu_;
    net::HttpClient http_client_;
    printers::octoprint::Client printer_client_;
    services::MemoryLoginThrottle login_throttle_;
    services::Sessions sessions_;
    services::Users users_;
    services::Gcodes gcodes_;
    services::NoOtherProcesses exchange_;
    services::LocalPrinterLocks printer_locks_;
    services::PrinterMonitor monitor_;
    services::Printers printers_;
    services::PrintJobs printjobs_;
    services::PrinterControl control_;
    services::Webcams webcams_;
    services::ApiTokens api_tokens_;
    services::Settings settings_;
    TaskGroup background_;
    api::OpenApiDocument openapi_;
    api::Api api_;
    http::Server server_;
};

}  // namespace karmen::app
