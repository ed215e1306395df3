#pragma once

#include "base/log.hpp"
#include "base/uuid.hpp"
#include "domain/printer.hpp"
#include "events/changes.hpp"
#include "events/hub.hpp"
#include "fleet/claims.hpp"
#include "fleet/printer_exchange.hpp"
#include "fleet/printer_observer.hpp"
#include "fleet/snapshot_store.hpp"
#include "fleet/turns.hpp"
#include "printers/printer_api.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/event.hpp"
#include "runtime/pool.hpp"
#include "runtime/task_group.hpp"
#include "storage/tables/printer_repository.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

namespace karmen::fleet {

/// Whether a process checks printers regularly, or only those that a caller waits for.
enum class PrinterChecks { kRegular, kOnDemand };

struct PrinterMonitorOptions {
    PrinterChecks checks = PrinterChecks::kRegular;
    std::chrono::milliseconds status_age_max{2'000};  ///< who sees an older snapshot makes the printer due at once
    /// A look at one printer waits this long for a recent snapshot. After that the printer is not responding.
    std::chrono::milliseconds deadline{2'000};
    std::size_t checks_max = 400;  ///< printers that are asked at the same time, besides those that a caller waits for
    std::chrono::milliseconds check_interval{25'000};
    std::chrono::milliseconds check_interval_active{2'000};  ///< while something is printed
    std::chrono::milliseconds settle_interval{500};          ///< after a command, until the printer's state settles
    std::chrono::milliseconds settle_time{60'000};           ///< but no longer than this
    std::chrono::milliseconds backoff_max{25'000};           ///< between checks of a printer that does not answer
    std::chrono::milliseconds webcam_age_max{30'000};        ///< settings are large and change seldom
    /// The claim of a dead process expires after this time. A process renews its claim while it asks the printer.
    std::chrono::milliseconds claim_lifetime{3'000};
};

/// Asks the printers, and keeps the last snapshot of each. Each printer has its own coroutine and timer, so that a dead
/// printer never delays a live one. A printer is asked only once at a time, for all callers in all processes. Changes
/// are reported; changes of connection, version and access level are also stored. Loop only; owned by the composition
/// root, which stops it before the loop ends.
class PrinterMonitor {
  public:
    struct Dependencies {
        printers::PrinterApi& client;
        storage::PrinterRepository& printers;
        PrinterExchange& exchange;
        Pool& blocking;
        Log& log;
        events::ChangeListener& changes;
    };
    PrinterMonitor(Executor loop, Dependencies dependencies, PrinterMonitorOptions options);
    ~PrinterMonitor();

    /// Begins to watch a printer, or takes over its changed settings.
    void watch(const Printer& printer);
    /// Does nothing if the printer's settings are unchanged.
    void watch_if_changed(const Printer& printer);
    void forget(const Uuid& printer);
    /// Replaces the watched set by the picked printers: watches new and changed ones, drops all others. Returns the
    /// dropped printers that it had reported before.
    std::vector<Printer> watch_exactly(const std::vector<Printer>& printers,
                                       const std::function<bool(const std::string& host)>& is_picked);

    bool is_watched(const Uuid& printer) const { return watches_.contains(printer); }

    /// What is known now, in the same order. Never waits: printers whose snapshot is too old become due at once, so
    /// that the next caller sees more.
    std::vector<KnownSnapshot> known(const std::vector<Uuid>& printers);
    /// A snapshot not older than status_age_max; if there is none, the printer is asked, and the caller waits for it no
    /// longer than the deadline. A printer that does not answer is `not responding`.
    Awaitable<PrinterSnapshot> snapshot(Uuid printer);

    /// Call this after a command: the known state is out of date in all processes. A printer acts later than it
    /// answers, so it is asked often until its state settles.
    void invalidate(const Uuid& printer);
    /// Stores the access level that a command showed; nullopt if it showed none. This process may not know the printer
    /// yet.
    void note_access(const Printer& printer, std::optional<AccessLevel> level);

    /// Takes a snapshot that another process has just published, or the last one that it published before this process
    /// listened, with its age.
    void learn(const Uuid& printer, PrinterSnapshot snapshot, std::optional<std::chrono::milliseconds> age = {});
    /// Another process asked, but its result was out of date: the printer must be asked again.
    void hear_of_no_answer(const Uuid& printer);
    /// Another process shows these printers, and its snapshots are too old.
    void hear_wanted(const std::vector<Uuid>& printers);
    /// Another process has sent a command, so the known state is out of date.
    void outdate(const Uuid& printer);

    /// Every observation that this process makes, also one that shows nothing new. An observation is told before it is
    /// shown, published to other processes or reported as a change.
    events::Hub<events::PrinterSeen>& observations() { return observations_; }

    Awaitable<void> stop();

  private:
    struct Watch;
    using WatchPtr = std::shared_ptr<Watch>;
    using Clock = std::chrono::steady_clock;

    Awaitable<void> check_regularly(WatchPtr watch);
    Awaitable<void> check(WatchPtr watch);
    Awaitable<void> ask_or_learn(WatchPtr watch);
    Awaitable<void> ask(WatchPtr watch, PrinterExchange::Claim claim);
    void ask_anew(Watch& watch);
    Awaitable<void> store_access(WatchPtr watch, Printer asked);
    void log_change(const Watch& watch, const std::optional<PrinterStatus>& before);
    bool is_settling(const Watch& watch) const;
    void tell(Watch& watch, const PrinterClient& seen);
    bool is_overdue(const Watch& watch) const;
    void make_due(const std::vector<WatchPtr>& stale);
    Awaitable<void> want(std::vector<Uuid> printers);
    Awaitable<void> begin_checks(std::vector<Uuid> printers);
    std::shared_ptr<Event> begin_check(const WatchPtr& watch);
    Awaitable<bool> ask_if_claimed(WatchPtr watch);
    Turns::Expected expected_of(const Watch& watch) const;
    Awaitable<void> store_changes(WatchPtr watch, Printer asked, PrinterClient seen);
    std::chrono::milliseconds next_pause(const Watch& watch);

    Executor loop_;
    Dependencies with_;
    PrinterMonitorOptions options_;
    SnapshotStore store_;
    Claims claims_;
    Turns turns_;
    std::unordered_map<Uuid, WatchPtr> watches_;
    events::Hub<events::PrinterSeen> observations_;
    std::mt19937 random_{std::random_device{}()};
    TaskGroup tasks_;
};

}  // namespace karmen::fleet
