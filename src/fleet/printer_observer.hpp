#pragma once

#include "domain/printer.hpp"
#include "printers/printer_api.hpp"
#include "runtime/awaitable.hpp"

#include <chrono>
#include <optional>
#include <vector>

namespace karmen::fleet {

/// The result of one round of questions to a printer.
struct Observation {
    PrinterClient client;  ///< the known data, updated
    PrinterStatus status = not_responding();
    std::optional<PrinterJob> job;
    std::optional<PrinterFile> file = {};
    std::optional<Webcam> webcam;  ///< nullopt if it was not asked for
};

enum class WebcamQuestion { kAsk, kSkip };

/// The address and the key of the printer.
printers::PrinterAddress address_of(const Printer& printer);

/// Sniffs the address: what answers there, and what it lets us do.
Awaitable<PrinterClient> look_at(printers::PrinterApi& api, Printer printer);

/// Asks for status, job and webcam at the same time. A printer that was not connected is sniffed first. One that stops
/// answering is sniffed afterwards, so that its connection and access level are correct in the end.
Awaitable<Observation> observe(printers::PrinterApi& api, Printer printer, WebcamQuestion webcam);

/// Asks all of them at the same time and returns the results in the same order. A printer that has not answered by the
/// deadline is not responding.
Awaitable<std::vector<Observation>> observe_all(printers::PrinterApi& api, std::vector<Printer> printers,
                                                std::chrono::milliseconds deadline, WebcamQuestion webcam);

}  // namespace karmen::fleet
