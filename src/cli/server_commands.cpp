#include "app/server_application.hpp"
#include "base/version.hpp"
#include "cli/commands.hpp"
#include "runtime/signals.hpp"

#include <fmt/core.h>

#include <cstdio>
#include <filesystem>
#include <sys/resource.h>

namespace karmen::cli {

namespace {

/// Every viewer and every printer takes a descriptor; the usual soft limit of 1024 is soon reached.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// Prints on one screen where the server listens, where its data is, and how to log in for the first time.
void print_welcome(const config::Config& config, std::uint16_t port,
                   const std::optional<identity::NewUser>& administrator) {
    fmt::print("Karmen {} listens on http://{}:{}\n", kVersion, config.http.address, port);
    fmt::print("  Data: {}\n", std::filesystem::absolute(config.data_dir).lexically_normal().string());
    if (administrator && config.auth.admin_password.empty())
        fmt::print("  Administrator: {}  Password: {}  (to be changed at the first login; not shown again)\n",
                   administrator->username, administrator->password);
    else if (administrator)
        fmt::print("  Administrator: {}  Password: the configured one  (to be changed at the first login)\n",
                   administrator->username);
    fmt::print("  Stop: Ctrl-C\n");
    std::fflush(stdout);
}

Awaitable<void> serve(app::ServerApplication& server, TerminationSignals& signals, const config::Config& config,
                      app::ProcessKind kind, Log& log) {
    std::exception_ptr failure;
    try {
        const auto administrator = co_await server.start();
        if (answers_requests(kind))
            print_welcome(config, server.port(), administrator);
        else
            log.info("started", {{"process", kind == app::ProcessKind::kWorker ? "worker" : "scheduler"}});
        const int signal = co_await signals.next();
        log.info("stopping", {{"signal", signal}});
    } catch (...) {
        failure = std::current_exception();
    }
    co_await server.stop();
    if (failure) std::rethrow_exception(failure);
    log.info("stopped");
}

int run(const config::Config& config, app::ProcessKind kind) {
    raise_descriptor_limit();
    Log log(config.log.level, config.log.format);
    Loop loop;
    TerminationSignals signals(loop.executor());
    app::ServerApplication server(loop, config, kind, log);
    loop.run_until_done(serve(server, signals, config, kind, log));
    return 0;
}

void add(CLI::App& program, Run& chosen, const char* name, const char* help, app::ProcessKind kind) {
    program.add_subcommand(name, help)
        ->fallthrough()
        ->footer("Options: karmen --help; with their meaning as a file: karmen config")
        ->callback([&chosen, kind] { chosen = [kind](const config::Config& config) { return run(config, kind); }; });
}

}  // namespace

void add_server_commands(CLI::App& program, Run& chosen) {
    add(program, chosen, "serve", "Run the server: everything in this one process", app::ProcessKind::kServe);
    add(program, chosen, "api", "Run one of many processes that answer requests", app::ProcessKind::kApi);
    add(program, chosen, "worker", "Run one of many processes that check printers and do tasks",
        app::ProcessKind::kWorker);
    add(program, chosen, "scheduler", "Run a process that adds the tasks that are due; of many one leads",
        app::ProcessKind::kScheduler);
}

}  // namespace karmen::cli
