#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"
#include "fake/octoprint/server.hpp"
#include "fake/options.hpp"
#include "http/server.hpp"
#include "runtime/pool.hpp"

#include <cstdint>
#include <string>

namespace karmen::fake {

/// A simulated printer that can be reached over HTTP: OctoPrint, its printer, its webcam and its faults. Owner: a test
/// or `karmen fake-printer`; many live in one process. Loop only.
class FakePrinter {
  public:
    /// `files` and `log` outlive it.
    FakePrinter(const Executor& loop, FakePrinterOptions options, Pool& files, Log& log);

    /// Throws Error if the address cannot be bound.
    void start();
    /// The port that start() got from the system; it stays known after stop().
    std::uint16_t port() const { return octoprint_.context().options.port; }
    /// `127.0.0.1:9001`
    std::string host() const { return octoprint_.host(); }

    /// Ends hanging requests and webcam streams at once. Must return before it is destroyed.
    Awaitable<void> stop();

    /// For tests that read and change the state without HTTP.
    Context& context() { return octoprint_.context(); }

  private:
    SystemClock clock_;
    OctoPrintServer octoprint_;
    http::Server server_;
};

}  // namespace karmen::fake
