#pragma once

#include "domain/printer.hpp"
#include "printers/printer_api.hpp"
#include "runtime/awaitable.hpp"

#include <chrono>
#include <optional>
#include <vector>

namespace karmen::fleet {

/// What one round of questions to a printer told.
struct Observation {
    PrinterClient client;  ///< as it was known, with what changed
    PrinterStatus status = not_responding();
    std::optional<PrinterJob> job;
    std::optional<Webcam> webcam;  ///< none: it was not asked for
};

enum class WebcamQuestion { kAsk, kSkip };

/// Where and with which key Karmen reaches the printer.
printers::PrinterAddress address_of(const Printer& printer);

/// Looks at the address: what answers there, and what it lets us do.
Awaitable<PrinterClient> look_at(printers::PrinterApi& api, Printer printer);

/// Asks for status, job and webcam at the same time. A printer that was not connected is looked at first; one that does
/// not answer any more is looked at afterwards, so that its connection and access level are true in the end.
Awaitable<Observation> observe(printers::PrinterApi& api, Printer printer, WebcamQuestion webcam);

/// Asks all of them at the same time; who has not answered by the deadline is not responding. In the same order.
Awaitable<std::vector<Observation>> observe_all(printers::PrinterApi& api, std::vector<Printer> printers,
                                                std::chrono::milliseconds deadline, WebcamQuestion webcam);

}  // namespace karmen::fleet
