#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"
#include "domain/print_verdict.hpp"
#include "domain/printjob.hpp"
#include "events/changes.hpp"
#include "fleet/printer_locks.hpp"
#include "fleet/printer_monitor.hpp"
#include "printers/printer_api.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/pool.hpp"
#include "runtime/task_group.hpp"
#include "services/printers.hpp"
#include "storage/tables/print_job_repository.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace karmen::services {

struct PrintJobTrackerOptions {
    /// What decides only if it lasts must last this long.
    std::chrono::milliseconds settle_time{10'000};
    std::chrono::milliseconds progress_interval{30'000};  ///< between two writes of a print's progress
};

/// Follows the print jobs that have not ended: domain/print_verdict.hpp decides what the observations of their printers
/// mean, this class gets the evidence and does the steps. It holds the open jobs in memory, so that an observation
/// without news costs no query. Several processes may follow the same job: a step is done once, by who was faster. Loop
/// only; stopped before the monitor and the loop end.
class PrintJobTracker {
  public:
    struct Dependencies {
        storage::PrintJobRepository& printjobs;
        fleet::PrinterMonitor& monitor;
        printers::PrinterApi& client;
        fleet::PrinterLocks& locks;
        const Clock& clock;
        Pool& blocking;
        Log& log;
        events::ChangeListener& changes;
    };
    PrintJobTracker(Executor loop, Dependencies dependencies, PrintJobTrackerOptions options);

    /// Reads the open jobs and begins to follow them. To be called before the first observation, which tells what
    /// happened while nobody followed.
    Awaitable<void> start();
    /// Reads them again and again, because other processes start and end jobs. Until it is cancelled.
    Awaitable<void> refresh_regularly(std::chrono::milliseconds interval);
    Awaitable<void> refresh();
    /// The same for a caller who is about to say that a print is foreign.
    Awaitable<void> read_open();

    /// A job that was just inserted.
    void begin(PrintJob job);
    /// Does a step, tells of it, and returns the job as it is then; nullopt if somebody else was faster.
    Awaitable<std::optional<PrintJob>> advance(std::int64_t id, PrintJobState from, storage::PrintJobStep step);

    /// Decides about all jobs of a printer that will get a new print, because the printer's memory is that of its last
    /// print. REQUIRES: the caller holds the printer's lock. Throws Error(kPrinterNotOperational) while a print that
    /// was to begin before a crash may still begin.
    Awaitable<void> settle(Printer printer, PrinterStatus status);

    /// Whose the print is that the printer shows; nullopt if it prints nothing, or does not say what.
    std::optional<ShownPrint> print_of(const Uuid& printer, const PrinterSnapshot& snapshot) const;

    /// What the last observation of a printer means is being decided.
    bool is_deciding(const Uuid& printer) const { return busy_.contains(printer); }

    Awaitable<void> stop();

  private:
    struct Followed;
    using FollowedJobs = std::map<std::int64_t, std::shared_ptr<Followed>>;

    void on_seen(const events::PrinterSeen& seen);
    Awaitable<void> follow(Printer printer, PrintSighting sighting);
    Awaitable<void> follow_job(Printer printer, std::shared_ptr<Followed> followed, PrintSighting sighting);
    Awaitable<PrintVerdict> decide(Printer printer, PrintJob job, PrintSighting sighting, PrintEvidence evidence);
    Awaitable<void> carry_out(PrintJob job, PrintSighting sighting, PrintVerdict verdict);
    Awaitable<PrintEvidence::Starter> starter_of(PrintJob job);
    Awaitable<void> note_progress(std::shared_ptr<Followed> followed, PrintSighting sighting);
    Awaitable<void> lose_orphans();
    void keep(PrintJob job);
    void drop(const PrintJob& job);

    Dependencies with_;
    PrintJobTrackerOptions options_;
    std::map<Uuid, FollowedJobs> jobs_;  ///< by printer
    std::uint64_t changes_ = 0;          ///< of the open jobs, by this process
    std::set<Uuid> busy_;                ///< printers whose jobs are being decided about
    std::optional<events::Hub<events::PrinterSeen>::Subscription> subscription_;
    TaskGroup tasks_;
};

}  // namespace karmen::services
