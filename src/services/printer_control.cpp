#include "services/printer_control.hpp"

#include "base/error.hpp"
#include "domain/print_verdict.hpp"
#include "fleet/printer_observer.hpp"
#include "printers/dialects.hpp"

namespace karmen::services {

PrinterControl::PrinterControl(Printers& printers, storage::PrintJobRepository& printjobs,
                               fleet::PrinterMonitor& monitor, printers::PrinterApi& api, Pool& blocking)
    : printers_(printers), printjobs_(printjobs), monitor_(monitor), api_(api), blocking_(blocking) {}

Awaitable<Printer> PrinterControl::require_operable(const Principal& who, std::string host) {
    Printer printer = co_await printers_.require(host);
    if (const std::string_view hint = printers::unspoken_hint(printer.client); !hint.empty())
        throw Error(ErrorCode::kPrinterRefused, PublicMessage{std::string(hint)});
    if (who.role == Role::kAdmin) co_return printer;
    std::optional<Uuid> owner;
    // Asks the printer itself, because a snapshot may be older than a print that another process has just started.
    const printers::PrinterAddress address = fleet::address_of(printer);
    const PrinterStatus status = (co_await api_.status(address)).value;
    if (has_active_print(status.state)) {
        const printers::JobReport report = (co_await api_.job(address)).value;
        const auto open = co_await offload(blocking_, [&] { return printjobs_.open_of(printer.id); });
        // A print that was started at the printer itself belongs to no user.
        if (const PrintJob* job = find_print(open, {.status = status, .job = report.job, .file = report.file}))
            owner = job->user;
    }
    if (!may_operate(who, owner))
        throw Error(ErrorCode::kRoleRequired,
                    PublicMessage{"Only administrators and the user whose print is running may do this"});
    co_return printer;
}

Awaitable<void> PrinterControl::set_connection(Principal who, std::string host, ConnectionState wanted) {
    const Printer printer = co_await require_operable(who, host);
    const bool is_online = wanted == ConnectionState::kOnline;
    const auto outcome = is_online ? co_await api_.connect(fleet::address_of(printer))
                                   : co_await api_.disconnect(fleet::address_of(printer));
    monitor_.note_access(printer, outcome.access_level);
    monitor_.invalidate(printer.id);
    if (outcome.value.result == printers::CommandOutcome::Result::kDone) co_return;
    throw Error(ErrorCode::kPrinterFailed,
                PublicMessage{std::string("Cannot change printer's connection state to ") +
                              (is_online ? "online" : "offline") + ": " + outcome.value.reason});
}

Awaitable<void> PrinterControl::command_job(Principal who, std::string host, printers::JobCommand command) {
    const Printer printer = co_await require_operable(who, host);
    const bool is_cancel = command == printers::JobCommand::kCancel;
    // Before the printer obeys, because whoever sees the end first records it.
    if (is_cancel) co_await note_reason(printer.id, "Cancelled by " + who.username);
    const auto outcome = co_await api_.command_job(fleet::address_of(printer), command);
    monitor_.note_access(printer, outcome.access_level);
    monitor_.invalidate(printer.id);
    if (outcome.value.result == printers::CommandOutcome::Result::kDone) co_return;
    if (is_cancel && outcome.value.result == printers::CommandOutcome::Result::kRefused)
        co_await note_reason(printer.id, {});
    throw Error(ErrorCode::kPrinterRefused, PublicMessage{"The printer refused: " + outcome.value.reason});
}

Awaitable<void> PrinterControl::note_reason(Uuid printer, std::string reason) {
    co_await offload(blocking_, [&] { printjobs_.note_reason(printer, reason); });
}

}  // namespace karmen::services
