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
        const Clock& clock;
        storage::ListReader& lists;
        Pool& blocking;
        Log& log;
        events::ChangeListener& changes;
    };
    PrintJobs(Executor loop, Dependencies dependencies);

    /// Streams the file to the printer, starts the print and records it. Goes on if the caller is cancelled, so that a
    /// print that the printer began is always recorded. Throws Error: kGcodeNotFound, kPrinterNotFound,
    /// kGcodeNotPrintable, kPrinterNotOperational (also while another file is sent to that printer), kPrinterFailed
    /// with the reason.
    Awaitable<PrintJob> start(Principal who, std::int64_t gcode_id, std::string host);

    Awaitable<Page<PrintJob>> list(ListQuery query);

    /// Throws Error(kPrintJobNotFound).
    Awaitable<PrintJob> find(std::int64_t id);

    /// Removes only the record; the printer goes on. Throws Error: kPrintJobNotFound, kNotOwner.
    Awaitable<void> remove(std::int64_t id, Principal who);

    /// Cancels running uploads to printers and waits until all work has ended.
    Awaitable<void> stop();

  private:
    struct Start;
    Awaitable<void> run(std::shared_ptr<Start> start);
    Awaitable<std::int64_t> insert_patiently(PrintJob job);
    Awaitable<PrintJob> send_and_record(std::shared_ptr<Start> start);

    Dependencies with_;
    Executor loop_;
    TaskGroup tasks_;
};

}  // namespace karmen::services
