#pragma once

#include "gcode/analyzer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>

/// For tests and the fuzz target only.
namespace karmen::gcode {

/// `length_mm=94.7 type=PLA …`: the facts that are there.
inline std::string to_text(const GcodeAnalysis& analysis) {
    std::string text;
    const auto add = [&text](const char* name, const auto& value) {
        if (value) fmt::format_to(std::back_inserter(text), "{}{}={}", text.empty() ? "" : " ", name, *value);
    };
    add("length_mm", analysis.filament.length_mm);
    add("volume_cm3", analysis.filament.volume_cm3);
    add("type", analysis.filament.type);
    add("bed", analysis.temperatures.bed);
    add("bed_first", analysis.temperatures.bed_first);
    add("tool0", analysis.temperatures.tool0);
    add("tool0_first", analysis.temperatures.tool0_first);
    add("time_s", analysis.time.estimate_s);
    add("slicer", analysis.slicer);
    return text;
}

inline GcodeAnalysis analyze(std::string_view text, LineScan scan = fastest_line_scan()) {
    GcodeAnalyzer analyzer(scan);
    analyzer.feed(text);
    return analyzer.finish();
}

/// Fed in pieces, whose sizes `next_size` gives (at least 1 is taken).
inline GcodeAnalysis analyze_in_pieces(std::string_view text, const std::function<std::size_t()>& next_size,
                                       LineScan scan = fastest_line_scan()) {
    GcodeAnalyzer analyzer(scan);
    while (!text.empty()) {
        const std::size_t size = std::clamp<std::size_t>(next_size(), 1, text.size());
        analyzer.feed(text.substr(0, size));
        text.remove_prefix(size);
    }
    return analyzer.finish();
}

}  // namespace karmen::gcode
