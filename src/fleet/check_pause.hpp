#pragma once

#include "domain/printer.hpp"
#include "fleet/printer_monitor.hpp"

#include <chrono>

namespace karmen::fleet {

/// The pause after a check, before jitter: shorter while the printer prints, longer and longer while it does not
/// answer. `failures` is the number of consecutive checks without an answer.
std::chrono::milliseconds pause_after(const PrinterMonitorOptions& options, PrinterState state, int failures);

}  // namespace karmen::fleet
