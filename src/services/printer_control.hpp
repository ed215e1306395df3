#pragma once

#include "domain/access.hpp"
#include "domain/printer.hpp"
#include "fleet/printer_monitor.hpp"
#include "printers/printer_api.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/pool.hpp"
#include "services/printers.hpp"
#include "storage/tables/print_job_repository.hpp"

#include <string>

namespace karmen::services {

enum class ConnectionState { kOnline, kOffline };

/// Operates printers (connect, pause, cancel): for administrators, and for the user whose print is running. Loop only.
class PrinterControl {
  public:
    PrinterControl(Printers& printers, storage::PrintJobRepository& printjobs, fleet::PrinterMonitor& monitor,
                   printers::PrinterApi& api, Pool& blocking);

    /// Returns the printer if the user may operate it now, to refuse early. The commands check it again. Throws Error:
    /// kPrinterNotFound, kRoleRequired.
    Awaitable<Printer> require_operable(const Principal& who, std::string host);

    /// Succeeds also if the printer is in that state already. Throws Error: kPrinterNotFound, kRoleRequired,
    /// kPrinterFailed with the reason.
    Awaitable<void> set_connection(Principal who, std::string host, ConnectionState wanted);

    /// Throws Error: kPrinterNotFound, kRoleRequired, kPrinterRefused with the reason.
    Awaitable<void> command_job(Principal who, std::string host, printers::JobCommand command);

  private:
    Awaitable<void> note_reason(Uuid printer, std::string reason);

    Printers& printers_;
    storage::PrintJobRepository& printjobs_;
    fleet::PrinterMonitor& monitor_;
    printers::PrinterApi& api_;
    Pool& blocking_;
};

}  // namespace karmen::services
