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
/// Without the age, which the reader knows.
template <>
struct Description<PrinterSnapshot> {
    using T = PrinterSnapshot;
    static constexpr std::tuple members{Member{"status", &T::status}, Member{"webcam", &T::webcam},
                                        Member{.name = "job", .pointer = &T::job, .if_empty = IfEmpty::kOmit},
                                        Member{.name = "file", .pointer = &T::file, .if_empty = IfEmpty::kOmit},
                                        Member{.name = "since", .pointer = &T::since, .if_empty = IfEmpty::kOmit}};
};

}  // namespace karmen
