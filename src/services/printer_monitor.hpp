#pragma once

#include "base/log.hpp"
#include "domain/printer.hpp"
#include "printers/client.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/event.hpp"
#include "runtime/pool.hpp"
#include "runtime/task_group.hpp"
#include "storage/printer_repository.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace karmen::services {

/// What a printer said when it was last asked.
struct PrinterSnapshot {
    PrinterStatus status = not_responding();
    Webcam webcam{std::string(kWebcamNotAccessible), std::nullopt};
    std::optional<PrinterJob> job;
};

struct PrinterMonitorOptions {
    std::chrono::milliseconds status_age_max{2'000};  ///< older snapshots are not shown, but asked for anew
    std::chrono::milliseconds deadline{2'000};        ///< who does not answer by then is shown as not responding
    std::chrono::milliseconds check_interval{30'000};
    std::chrono::milliseconds check_interval_active{2'000};  ///< while something is printed
    std::chrono::milliseconds backoff_max{300'000};          ///< between checks of a printer that does not answer
    std::chrono::milliseconds webcam_age_max{30'000};        ///< settings are large and change seldom
};

/// Keeps the last snapshot of every printer: each has its own coroutine with its own timer, so that a dead printer
/// never delays a live one. A printer is asked once at a time, whoever wants to know. What changed of connection,
/// version and access level is stored. Loop only; owned by the composition root, which stops it before the loop ends.
class PrinterMonitor {
  public:
    PrinterMonitor(Executor loop, printers::PrinterApi& client, storage::PrinterRepository& printers, Pool& blocking,
                   Log& log, PrinterMonitorOptions options);
    ~PrinterMonitor();

    /// Begins to watch, or takes over what changed of a printer that is watched.
    void watch(const Printer& printer);
    void forget(const std::string& host);

    /// Not older than status_age_max, else asked for within the deadline; who does not answer is `not responding`.
    Awaitable<PrinterSnapshot> snapshot(std::string host);
    /// The same for many at the same time, in the same order, within one deadline.
    Awaitable<std::vector<PrinterSnapshot>> snapshots(std::vector<std::string> hosts);

    /// After a command: what is known is out of date.
    void invalidate(const std::string& host);

    Awaitable<void> stop();

  private:
    struct Watch;
    using WatchPtr = std::shared_ptr<Watch>;
    using Clock = std::chrono::steady_clock;

    Awaitable<void> check_regularly(WatchPtr watch);
    Awaitable<void> check(WatchPtr watch);
    Awaitable<void> ask(WatchPtr watch);
    std::shared_ptr<Event> begin_check(const WatchPtr& watch);
    Awaitable<void> store_changes(WatchPtr watch, Printer asked, PrinterClient seen);
    std::chrono::milliseconds next_pause(const Watch& watch);
    bool is_recent(const Watch& watch) const;

    Executor loop_;
    printers::PrinterApi& client_;
    storage::PrinterRepository& printers_;
    Pool& blocking_;
    Log& log_;
    PrinterMonitorOptions options_;
    std::map<std::string, WatchPtr> watches_;
    std::mt19937 random_{std::random_device{}()};
    TaskGroup tasks_;
};

}  // namespace karmen::services
