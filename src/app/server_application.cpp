#include "app/server_application.hpp"

#include "app/background_work.hpp"
#include "app/descriptor_budget.hpp"
#include "app/printer_options.hpp"
#include "base/error.hpp"
#include "crypto/secret.hpp"
#include "maintenance/redis_options.hpp"
#include "runtime/sleep.hpp"

#include <algorithm>
#include <thread>

namespace karmen::app {

namespace {

/// For each core. Log-ins wait in a queue of their own before this pool. Pictures and the passwords of new accounts
/// wait in it; each takes about a quarter of a second.
constexpr std::size_t kCpuWorkWaitingMax = 16;

std::string read_secret(const config::Config& config) {
    const auto configured = config.auth.secret_key.empty() ? std::nullopt : std::optional(config.auth.secret_key);
    return crypto::signing_secret(configured, config.data_dir);
}

std::size_t cpu_threads(const config::Pools& pools) {
    if (pools.cpu_threads > 0) return static_cast<std::size_t>(pools.cpu_threads);
    return std::max(1U, std::thread::hardware_concurrency());
}

identity::PasswordTurnLimits password_turn_limits(const config::Config& config) {
    return {.workers = cpu_threads(config.pools),
            .waiting_max = static_cast<std::size_t>(config.auth.logins_waiting_max),
            .waiting_per_network_max = static_cast<std::size_t>(config.auth.logins_waiting_per_address_max),
            .failure_memory = config.auth.login_window};
}

DescriptorBudget budget_of(const config::Http& http, Log& log) {
    const auto wanted = static_cast<std::size_t>(http.connections_max);
    const std::uint64_t allowed = descriptors_allowed();
    const auto budget = descriptor_budget(allowed, wanted, static_cast<std::size_t>(http.descriptors_reserve));
    if (budget.connections < wanted)
        log.warning("fewer connections than http.connections_max: the system allows too few file descriptors",
                    {{"connections", budget.connections}, {"descriptors", allowed}});
    return budget;
}

http::ServerOptions server_options(const config::Http& http, const api::Api& api, Log& log) {
    const DescriptorBudget budget = budget_of(http, log);
    return {.address = http.address,
            .port = static_cast<std::uint16_t>(http.port),
            .connections_max = budget.connections,
            .refusals_max = budget.refusals,
            .header_bytes_max = http.header_max_bytes,
            .json_bytes_max = http.json_max_bytes,
            .header_timeout = http.header_timeout,
            .body_idle_timeout = http.body_idle_timeout,
            .body_bytes_per_second_min = http.body_rate_min,
            .write_idle_timeout = http.write_idle_timeout,
            .unsent_bytes_max = http.unsent_max_bytes,
            .keep_alive_timeout = http.keep_alive_timeout,
            .handler_timeout = http.handler_timeout,
            .trusted_proxies = http.trusted_proxies,
            .before_send = [&api](const http::Request& request, http::Response& response) {
                api.finish(request, response);
            }};
}

identity::SessionOptions session_options(const config::Auth& auth) {
    return {.bcrypt_cost = auth.bcrypt_cost,
            .access_token_lifetime = auth.access_token_lifetime,
            .refresh_token_lifetime = auth.refresh_token_lifetime,
            .sessions_per_user_max = static_cast<std::size_t>(auth.sessions_max),
            .refusal_delay = auth.login_refusal_delay,
            .accounts_kept_max = static_cast<std::size_t>(auth.accounts_kept_max)};
}

api::FreshAdmin fresh_admin(const config::Auth& auth) {
    return auth.fresh_admin == config::FreshAdmin::kAccounts ? api::FreshAdmin::kAccounts : api::FreshAdmin::kAll;
}

/// Counts of a minute are in the table at most this long after it.
constexpr std::chrono::seconds kAuditCountInterval{5};

identity::AuditOptions audit_options(const config::Audit& audit) {
    return {.retention = audit.retention,
            .rows_max = audit.rows_max,
            .refusals_max = static_cast<std::size_t>(audit.refusals_max)};
}

tasks::WorkerOptions worker_options(const config::Tasks& tasks) {
    const config::Duration renew_interval = tasks.visibility_timeout / 3;
    return {.concurrency = static_cast<std::size_t>(tasks.concurrency),
            .renew_interval = renew_interval,
            .progress_interval = tasks.progress_interval,
            .result_bytes_max = tasks.result_max_bytes,
            .postpone_time = std::min(tasks::WorkerOptions{}.postpone_time, renew_interval)};
}

tasks::TaskRecordOptions record_options(const config::Tasks& tasks) {
    return {.attempts_max = tasks.attempts_max,
            .visibility_timeout = tasks.visibility_timeout,
            .retention = tasks.records_retention,
            .ended_max = tasks.records_max,
            .scheduled_max = tasks.scheduled_records_max};
}

fleet::PrinterMonitorOptions monitor_options_of(const config::Config& config, ProcessKind kind) {
    auto options = monitor_options(config.printers);
    options.checks = checks_printers(kind) ? fleet::PrinterChecks::kRegular : fleet::PrinterChecks::kOnDemand;
    options.claim_lifetime = config.printers.claim_lifetime;
    return options;
}

maintenance::DataDirectoryLock::Use lock_use(ProcessKind kind) {
    return kind == ProcessKind::kServe ? maintenance::DataDirectoryLock::Use::kAlone
                                       : maintenance::DataDirectoryLock::Use::kShared;
}

/// Empty: in a directory that the operator named there may be more than Karmen's files.
std::filesystem::path unlisted_folder(const config::Config& config) {
    if (!config.files.dir.empty()) return {};
    return std::filesystem::path(config.data_dir) / "unlisted-gcodes";
}

api::WebcamAccess webcam_access(const config::Webcam& webcam) {
    return webcam.access == config::WebcamAccess::kOpen ? api::WebcamAccess::kOpen : api::WebcamAccess::kToken;
}

}  // namespace

ServerApplication::ServerApplication(Loop& loop, const config::Config& config, ProcessKind kind, Log& log)
    : config_(config),
      kind_(kind),
      log_(log),
      data_directory_lock_(config, lock_use(kind)),
      persistence_(config, maintenance::UnreadyDatabase::kConvert),
      store_(maintenance::gcode_folders(config),
             {.free_bytes_min = config.files.min_free_bytes,
              .analysis = {.unpacked_bytes_max = config.files.unpacked_max_bytes,
                           .thumbnail_bytes_max = config.files.thumbnail_max_bytes,
                           .thumbnails_max = static_cast<std::size_t>(config.files.thumbnails_max)}}),
      signer_(read_secret(config), config.auth.old_secret_key,
              std::chrono::ceil<std::chrono::seconds>(config.auth.clock_leeway)),
      blocking_("blocking", static_cast<std::size_t>(config.pools.blocking_threads),
                static_cast<std::size_t>(config.pools.queue_max)),
      files_("files", static_cast<std::size_t>(config.pools.file_threads),
             static_cast<std::size_t>(config.pools.queue_max)),
      cpu_("cpu", cpu_threads(config.pools), kCpuWorkWaitingMax * cpu_threads(config.pools)),
      lists_pool_("lists", static_cast<std::size_t>(config.pools.list_threads),
                  static_cast<std::size_t>(config.pools.list_queue_max)),
      lists_(blocking_, lists_pool_, config.storage.statement_timeout),
      shared_(make_shared_state({.loop = loop.executor(),
                                 .config = config,
                                 .kind = kind,
                                 .tasks = persistence_.tasks,
                                 .blocking = blocking_,
                                 .clock = clock_,
                                 .log = log})),
      changes_(shared_->events(),
               [this](const Uuid& printer, const PrinterSnapshot& snapshot) {
                   return print_tracker_.print_of(printer, snapshot);
               }),
      http_client_(loop.executor(), files_, http_client_options(config.printers), log),
      printer_client_(loop.executor(), http_client_, client_options(config)),
      session_use_(persistence_.login_sessions, clock_, blocking_, log),
      login_sessions_(persistence_.login_sessions, clock_, blocking_),
      passwords_(loop.executor(), cpu_, monotonic_, password_turn_limits(config)),
      sessions_({persistence_.users, persistence_.api_tokens, persistence_.login_sessions, session_use_, signer_,
                 shared_->login_throttle(), clock_, blocking_, passwords_, persistence_.commits},
                session_options(config.auth)),
      users_(persistence_.users, clock_, lists_, blocking_, cpu_, config.auth.bcrypt_cost),
      gcodes_({persistence_.gcodes, store_, clock_, lists_, blocking_, files_, log, changes_,
               config.files.user_quota_bytes}),
      thumbnails_(gcodes_, files_,
                  {.bytes_max = config.files.thumbnail_max_bytes,
                   .pixels_max = static_cast<std::uint64_t>(config.files.thumbnail_max_pixels)}),
      monitor_(loop.executor(), {printer_client_, persistence_.printers, shared_->exchange(), blocking_, log, changes_},
               monitor_options_of(config, kind)),
      printers_({persistence_.printers, printer_client_, monitor_, shared_->exchange(), lists_, blocking_, changes_,
                 persistence_.commits},
                [this](const std::string& host) { return shared_->looks_after(host); }),
      print_tracker_(
          loop.executor(),
          {persistence_.printjobs, monitor_, printer_client_, shared_->printer_locks(), clock_, blocking_, log,
           changes_},
          {.settle_time = config.printers.print_settle_time, .progress_interval = config.printers.progress_interval}),
      printjobs_(loop.executor(), {persistence_.printjobs, gcodes_, printers_, monitor_, printer_client_,
                                   shared_->printer_locks(), print_tracker_, clock_, lists_, blocking_, log, changes_}),
      control_(printers_, persistence_.printjobs, monitor_, printer_client_, blocking_),
      probe_(http_client_, printer_client_, probe_options(config.printers)),
      probes_(probe_, static_cast<std::size_t>(config.printers.probes_max)),
      app_key_client_(http_client_, {.connect_timeout = config.printers.request_timeout}),
      app_keys_(loop.executor(), {persistence_.app_keys, app_key_client_, printers_, blocking_, clock_, log},
                {.patience = config.printers.app_key_patience,
                 .retention = config.printers.app_key_retention,
                 .running_max = static_cast<std::size_t>(config.printers.app_keys_max)}),
      webcams_(loop.executor(), http_client_, printers_, cpu_, log, relay_options(config.webcam),
               snapshot_options(config.webcam)),
      api_tokens_(persistence_.api_tokens, signer_, clock_, blocking_),
      settings_(persistence_.settings, blocking_),
      readiness_(loop.executor(),
                 {{"database", [this] { return offload(blocking_, [this] { persistence_.require_reachable(); }); }},
                  {"queue", [this] { return shared_->require_reachable(); }},
                  {"disk", [this] { return offload(files_, [this] { store_.require_space(); }); }}},
                 config.http.ready_timeout, log),
      audit_(loop.executor(), {persistence_.audit, clock_, blocking_, log}, audit_options(config.audit)),
      audit_entries_(persistence_.audit, lists_),
      task_records_(persistence_.task_records, lists_, blocking_, clock_, record_options(config.tasks),
                    [this](const TaskRecord& task) { changes_.on_change(events::TaskChanged{task}); }),
      tasks_(shared_->queue(), task_records_, startable_tasks()),
      worker_(loop.executor(), shared_->queue(), task_records_,
              task_handlers(gcodes_, login_sessions_, audit_, task_records_, unlisted_folder(config)),
              worker_options(config.tasks), log),
      scheduler_(loop.executor(), shared_->timetable(), task_schedules(config), log),
      background_(loop.executor(), log, "background"),
      stream_checks_(loop.executor(), sessions_,
                     {.interval = config.auth.stream_check_interval, .unchecked_max = config.auth.stream_unchecked_max},
                     log),
      openapi_(describe(routes_)),
      api_(routes_,
           {.sessions = sessions_,
            .users = users_,
            .login_sessions = login_sessions_,
            .api_tokens = api_tokens_,
            .settings = settings_,
            .tasks = tasks_,
            .printers = printers_,
            .printer_texts = printer_texts_,
            .control = control_,
            .probes = probes_,
            .app_keys = app_keys_,
            .gcodes = gcodes_,
            .thumbnails = thumbnails_,
            .printjobs = printjobs_,
            .print_tracker = print_tracker_,
            .webcams = webcams_,
            .events = shared_->events().history(),
            .readiness = readiness_,
            .audit = audit_,
            .audit_entries = audit_entries_,
            .stream_checks = stream_checks_,
            .openapi = openapi_,
            .limits = {.upload_bytes_max = config.http.upload_max_bytes,
                       .login_bytes_max = std::min(api::kLoginBytesMax, config.http.json_max_bytes),
                       .event_pulse_interval = config.events.pulse_interval}},
           {.cors = {config.http.cors_origins},
            .webcam_access = webcam_access(config.webcam),
            .fresh_admin = fresh_admin(config.auth)}),
      server_(
          loop.executor(), server_options(config.http, api_, log),
          [this](http::Request& request) { return api_.answer(request); }, files_, log) {}

Awaitable<std::optional<identity::NewUser>> ServerApplication::start() {
    if (answers_requests(kind_) || does_tasks(kind_)) gcodes_.adopt_old_paths();
    // Other processes may be uploading at this moment; for them the task clean_store does it.
    if (kind_ == ProcessKind::kServe) gcodes_.recover(unlisted_folder(config_));
    co_await shared_->start(monitor_, [this] { take_new_share(); });
    if (answers_requests(kind_) || checks_printers(kind_)) {
        co_await print_tracker_.start();
        co_await printers_.start();
        background_.spawn(print_tracker_.refresh_regularly(config_.printers.follow_interval));
        background_.spawn(printers_.refresh_regularly(config_.printers.list_interval, log_));
    }
    std::optional<identity::NewUser> administrator;
    if (answers_requests(kind_)) administrator = co_await begin_to_answer();
    if (does_tasks(kind_)) worker_.start();
    if (schedules_tasks(kind_)) scheduler_.start();
    co_return administrator;
}

Awaitable<std::optional<identity::NewUser>> ServerApplication::begin_to_answer() {
    // Before the administrator is made: a password that nobody gets to see because the port is taken would be lost.
    server_.listen();
    auto administrator = co_await users_.ensure_administrator(config_.auth.admin_username, config_.auth.admin_password);
    // Only now, so that every client that gets an answer can log in.
    server_.start();
    background_.spawn(session_use_.store_regularly(identity::kSessionUseInterval));
    background_.spawn(audit_.count_regularly(kAuditCountInterval));
    co_return administrator;
}

void ServerApplication::take_new_share() {
    if (!is_stopping_) background_.spawn(refresh_printers());
}

Awaitable<void> ServerApplication::refresh_printers() {
    try {
        co_await printers_.refresh();
    } catch (const Error& error) {
        log_.warning("cannot read the list of printers", {{"error", error.what()}});
    }
}

/// Requests that are cut off then would wait for theirs.
Awaitable<void> ServerApplication::end_lists_after(std::chrono::milliseconds grace) {
    co_await sleep_for(grace);
    persistence_.end_lists();
}

Awaitable<void> ServerApplication::stop() {
    is_stopping_ = true;
    background_.spawn(end_lists_after(config_.http.shutdown_grace));
    // Otherwise viewers and followers would stay for the whole grace time.
    co_await webcams_.stop();
    shared_->events().history().stop();
    co_await server_.stop(config_.http.shutdown_grace);
    co_await stream_checks_.stop();
    co_await scheduler_.stop();
    co_await worker_.stop(config_.tasks.shutdown_grace);
    background_.cancel();
    co_await background_.join();
    co_await session_use_.store();
    co_await audit_.stop();
    co_await app_keys_.stop();
    co_await printjobs_.stop();
    co_await print_tracker_.stop();
    co_await monitor_.stop();
    co_await shared_->stop();
    // Last, because a check of a hanging disk cannot be cancelled.
    co_await readiness_.stop();
}

}  // namespace karmen::app
