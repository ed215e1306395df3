#include "app/server_application.hpp"

#include "app/printer_options.hpp"
#include "crypto/secret.hpp"

#include <thread>

namespace karmen::app {

namespace {

/// For each core: a password takes about a quarter of a second, so that whoever waits longest still gets an answer.
/// More are told at once to try again.
constexpr std::size_t kPasswordsWaitingMax = 16;

std::string read_secret(const config::Config& config) {
    const auto configured = config.auth.secret_key.empty() ? std::nullopt : std::optional(config.auth.secret_key);
    return crypto::signing_secret(configured, config.data_dir);
}

std::size_t cpu_threads(const config::Pools& pools) {
    if (pools.cpu_threads > 0) return static_cast<std::size_t>(pools.cpu_threads);
    return std::max(1U, std::thread::hardware_concurrency());
}

http::ServerOptions server_options(const config::Http& http, const api::Api& api) {
    return {.address = http.address,
            .port = static_cast<std::uint16_t>(http.port),
            .connections_max = static_cast<std::size_t>(http.connections_max),
            .header_bytes_max = http.header_max_bytes,
            .json_bytes_max = http.json_max_bytes,
            .header_timeout = http.header_timeout,
            .body_idle_timeout = http.body_idle_timeout,
            .body_bytes_per_second_min = http.body_rate_min,
            .write_idle_timeout = http.write_idle_timeout,
            .keep_alive_timeout = http.keep_alive_timeout,
            .handler_timeout = http.handler_timeout,
            .trusted_proxies = http.trusted_proxies,
            .before_send = [&api](const http::Request& request, http::Response& response) {
                api.finish(request, response);
            }};
}

services::SessionOptions session_options(const config::Auth& auth) {
    return {.bcrypt_cost = auth.bcrypt_cost,
            .access_token_lifetime = auth.access_token_lifetime,
            .refresh_token_lifetime = auth.refresh_token_lifetime};
}

services::LoginThrottleOptions throttle_options(const config::Auth& auth) {
    return {.failures_slow = auth.login_failures_slow,
            .failures_max = auth.login_failures_max,
            .window = auth.login_window,
            .block = auth.login_block};
}

api::WebcamAccess webcam_access(const config::Webcam& webcam) {
    return webcam.access == config::WebcamAccess::kOpen ? api::WebcamAccess::kOpen : api::WebcamAccess::kToken;
}

}  // namespace

ServerApplication::ServerApplication(Loop& loop, const config::Config& config, Log& log)
    : config_(config),
      log_(log),
      data_directory_lock_(config),
      persistence_(config),
      store_(std::filesystem::path(config.data_dir) / "gcodes", config.files.min_free_bytes),
      signer_(read_secret(config)),
      blocking_("blocking", static_cast<std::size_t>(config.pools.blocking_threads),
                static_cast<std::size_t>(config.pools.queue_max)),
      files_("files", static_cast<std::size_t>(config.pools.file_threads),
             static_cast<std::size_t>(config.pools.queue_max)),
      cpu_("cpu", cpu_threads(config.pools), kPasswordsWaitingMax * cpu_threads(config.pools)),
      http_client_(loop.executor(), files_, {}, log),
      printer_client_(loop.executor(), http_client_, client_options(config.printers)),
      login_throttle_(throttle_options(config.auth), clock_),
      sessions_({persistence_.users, persistence_.api_tokens, signer_, login_throttle_, clock_, blocking_, cpu_},
                session_options(config.auth)),
      users_(persistence_.users, clock_, blocking_, cpu_, config.auth.bcrypt_cost),
      gcodes_(persistence_.gcodes, store_, clock_, blocking_, files_, log),
      monitor_(loop.executor(), {printer_client_, persistence_.printers, exchange_, blocking_, log},
               monitor_options(config.printers)),
      printers_({persistence_.printers, printer_client_, monitor_, exchange_, blocking_}),
      printjobs_(loop.executor(), {persistence_.printjobs, gcodes_, printers_, monitor_, printer_client_,
                                   printer_locks_, clock_, blocking_, log}),
      control_(printers_, persistence_.printjobs, monitor_, printer_client_, blocking_),
      webcams_(loop.executor(), http_client_, printers_, log, relay_options(config.webcam)),
      api_tokens_(persistence_.api_tokens, signer_, clock_, blocking_),
      settings_(persistence_.settings, blocking_),
      background_(loop.executor(), log, "background"),
      api_({.sessions = sessions_,
            .users = users_,
            .api_tokens = api_tokens_,
            .settings = settings_,
            .printers = printers_,
            .control = control_,
            .gcodes = gcodes_,
            .printjobs = printjobs_,
            .webcams = webcams_,
            .openapi = openapi_,
            .limits = {.upload_bytes_max = config.http.upload_max_bytes}},
           {.cors = {config.http.cors_origins}, .webcam_access = webcam_access(config.webcam)}),
      server_(
          loop.executor(), server_options(config.http, api_),
          [this](http::Request& request) { return api_.answer(request); }, files_, log) {}

Awaitable<std::optional<services::NewUser>> ServerApplication::start() {
    gcodes_.recover(std::filesystem::path(config_.data_dir) / "unlisted-gcodes");
    co_await printers_.start();
    // Before the administrator is made: a password that nobody gets to see because the port is taken would be lost.
    server_.listen();
    auto administrator = co_await users_.ensure_administrator(config_.auth.admin_username, config_.auth.admin_password);
    // And only now, so that whoever gets an answer can log in.
    server_.start();
    background_.spawn(printers_.refresh_regularly(config_.printers.list_interval, log_));
    co_return administrator;
}

Awaitable<void> ServerApplication::stop() {
    // Viewers would stay for all of the grace.
    co_await webcams_.stop();
    co_await server_.stop(config_.http.shutdown_grace);
    background_.cancel();
    co_await background_.join();
    co_await printjobs_.stop();
    co_await monitor_.stop();
}

}  // namespace karmen::app
