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
    std::optional<PrinterFile> file = {};  ///< nullopt if none is selected, or the printer did not say
    std::optional<Timestamp> since = {};   ///< when this state was first seen; nullopt if the printer was not asked yet
    std::optional<std::chrono::milliseconds> age = {};  ///< how long ago the printer was asked, at the time of reading
    bool operator==(const PrinterSnapshot&) const = default;
};

}  // namespace karmen
