#pragma once

#include "gcode/analyzer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

/// For tests and the fuzz target only.
namespace karmen::gcode {

class FactsText {
  public:
    template <typename T>
    void add(const char* name, const std::optional<T>& value) {
        if (value) fmt::format_to(std::back_inserter(text), "{}{}={}", text.empty() ? "" : " ", name, *value);
    }
    std::string text;
};

/// `length_mm=94.7 type=PLA …`: the facts of the print that are there.
inline std::string to_text(const GcodeAnalysis& analysis) {
    FactsText facts;
    facts.add("length_mm", analysis.filament.length_mm);
    facts.add("volume_cm3", analysis.filament.volume_cm3);
    facts.add("type", analysis.filament.type);
    facts.add("bed", analysis.temperatures.bed);
    facts.add("bed_first", analysis.temperatures.bed_first);
    facts.add("tool0", analysis.temperatures.tool0);
    facts.add("tool0_first", analysis.temperatures.tool0_first);
    facts.add("time_s", analysis.time.estimate_s);
    facts.add("slicer", analysis.slicer);
    return facts.text;
}

/// `nozzle=0.4 …`: the facts of printer and layers that are there.
inline std::string settings_text(const GcodeAnalysis& analysis) {
    FactsText facts;
    facts.add("nozzle", analysis.nozzle_diameter_mm);
    facts.add("model", analysis.printer_model);
    facts.add("layer", analysis.layer_height_mm);
    facts.add("layer_first", analysis.layer_height_first_mm);
    facts.add("layers", analysis.layer_count);
    return facts.text;
}

/// `[0 length=5 type=PLA] [2 …]`
inline std::string tools_text(const GcodeAnalysis& analysis) {
    std::string text;
    for (const GcodeAnalysis::Tool& tool : analysis.tools) {
        FactsText facts;
        facts.add("length", tool.length_mm);
        facts.add("volume", tool.volume_cm3);
        facts.add("type", tool.type);
        facts.add("temperature", tool.temperature);
        facts.add("first", tool.temperature_first);
        text +=
            fmt::format("{}[{}{}{}]", text.empty() ? "" : " ", tool.index, facts.text.empty() ? "" : " ", facts.text);
    }
    return text;
}

/// `16x12 png 25+400`: size, format, offset and length of each picture.
inline std::string thumbnails_text(const GcodeAnalysis& analysis) {
    static constexpr const char* kFormats[] = {"png", "jpg", "qoi"};
    std::string text;
    for (const Thumbnail& picture : analysis.thumbnails)
        text += fmt::format("{}{}x{} {} {}+{}", text.empty() ? "" : ", ", picture.width, picture.height,
                            kFormats[static_cast<std::size_t>(picture.format)], picture.offset, picture.length);
    return text;
}

inline std::string all_text(const GcodeAnalysis& analysis) {
    return to_text(analysis) + " | " + settings_text(analysis) + " | " + tools_text(analysis);
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
