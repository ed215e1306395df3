#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"
#include "domain/access.hpp"
#include "domain/list_query.hpp"
#include "domain/printjob.hpp"
#include "fleet/printer_locks.hpp"
#include "printers/printer_api.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/pool.hpp"
#include "runtime/task_group.hpp"
#include "services/gcodes.hpp"
#include "services/print_job_tracker.hpp"
#include "services/printers.hpp"
#include "storage/list_reader.hpp"
#include "storage/tables/print_job_repository.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace karmen::services {

/// Starts prints and keeps their records. Loop only; stopped before the loop ends.
class PrintJobs {
  public:
    struct Dependencies {
        storage::PrintJobRepository& printjobs;
        Gcodes& gcodes;
        Printers& printers;
        fleet::PrinterMonitor& monitor;
        printers::PrinterApi& client;
        fleet::PrinterLocks& locks;
        PrintJobTracker& tracker;
        const Clock& clock;
        storage::ListReader& lists;
        Pool& blocking;
        Log& log;
        events::ChangeListener& changes;
    };
    PrintJobs(Executor loop, Dependencies dependencies);

    /// Streams the file to the printer and starts the print. Each step is recorded before it is done, so that after a
    /// crash the tracker can find out what became of it. Goes on if the caller is cancelled. What is refused before the
    /// first byte leaves no record. Throws Error: kGcodeNotFound, kPrinterNotFound, kGcodeNotPrintable,
    /// kPrinterNotOperational (also while another file is sent to that printer), kPrinterFailed with the reason.
    Awaitable<PrintJob> start(Principal who, std::int64_t gcode_id, std::string host);

    Awaitable<Page<PrintJob>> list(ListQuery query);

    /// Throws Error(kPrintJobNotFound).
    Awaitable<PrintJob> find(std::int64_t id);

    /// Makes a print job of a print that was started elsewhere. Throws Error: kPrinterNotFound, kConflict if nothing
    /// prints or it is somebody's print job.
    Awaitable<PrintJob> adopt(Principal who, std::string host);

    /// Says what became of a print job whose state is unknown. REQUIRES: `state` has a result. Throws Error:
    /// kPrintJobNotFound, kNotOwner, kConflict if the state is another one.
    Awaitable<PrintJob> resolve(std::int64_t id, Principal who, PrintJobState state);

    /// Removes only the record; the printer goes on. Throws Error: kPrintJobNotFound, kNotOwner.
    Awaitable<void> remove(std::int64_t id, Principal who);

    /// Cancels running uploads to printers and waits until all work has ended.
    Awaitable<void> stop();

  private:
    struct Start;
    class Journal;
    Awaitable<void> run(std::shared_ptr<Start> start);
    Awaitable<PrintJob> print(std::shared_ptr<Start> start);
    Awaitable<void> send(Journal& journal, Printer printer, printers::PrintFile file);
    Awaitable<PrintJob> require_owned(std::int64_t id, Principal who);
    Awaitable<void> record(Journal& journal, printers::PrintOutcome outcome);

    Dependencies with_;
    Executor loop_;
    TaskGroup tasks_;
};

}  // namespace karmen::services
