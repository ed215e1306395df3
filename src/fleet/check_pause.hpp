#pragma once

#include "domain/printer.hpp"
#include "fleet/printer_monitor.hpp"

#include <chrono>

namespace karmen::fleet {

/// How long a printer is left alone after a check, before jitter: less while it prints, more and more while it does not
/// answer. `failures` counts the checks in a row that got no answer.
std::chrono::milliseconds pause_after(const PrinterMonitorOptions& options, PrinterState state, int failures);

}  // namespace karmen::fleet
