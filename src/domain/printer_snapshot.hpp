#pragma once

#include "base/clock.hpp"
#include "domain/printer.hpp"

#include <chrono>
#include <optional>

namespace karmen {

/// What a printer said when it was last asked.
struct PrinterSnapshot {
    PrinterStatus status = not_responding();
    Webcam webcam{std::string(kWebcamNotAccessible), std::nullopt};
    std::optional<PrinterJob> job;
    std::optional<Timestamp> since = {};                ///< the printer is seen in this state; none: not asked yet
    std::optional<std::chrono::milliseconds> age = {};  ///< as read: since the printer was asked
    bool operator==(const PrinterSnapshot&) const = default;
};

}  // namespace karmen
