#include "fake/fake_printer.hpp"

#include <chrono>
#include <utility>

namespace karmen::fake {

namespace {

/// Slow and hanging are its trade: the server's own deadlines stay out of the way.
http::ServerOptions server_options(const FakePrinterOptions& options) {
    http::ServerOptions server;
    server.address = options.address;
    server.port = options.port;
    server.handler_timeout = std::chrono::hours(24);
    server.body_idle_timeout = std::chrono::minutes(5);
    server.body_bytes_per_second_min = 0;
    return server;
}

}  // namespace

FakePrinter::FakePrinter(const Executor& loop, FakePrinterOptions options, Pool& files, Log& log)
    : octoprint_(loop, std::move(options), clock_),
      server_(
          loop, server_options(octoprint_.context().options),
          [this](http::Request& request) { return octoprint_.handle(request); }, files, log) {}

void FakePrinter::start() {
    server_.start();
    context().options.port = server_.port();
}

Awaitable<void> FakePrinter::stop() {
    co_await server_.stop(std::chrono::milliseconds(0));
}

}  // namespace karmen::fake
