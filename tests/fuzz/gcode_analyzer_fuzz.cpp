#include "base/text.hpp"
#include "gcode/limits.hpp"
#include "gcode/per_tool.hpp"
#include "gcode/testing.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

using namespace karmen;
using namespace karmen::gcode;

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "broken: %s\n", what);
    std::abort();
}

void require_sane(const std::optional<double>& value, double max) {
    require(!value || (std::isfinite(*value) && *value > 0 && *value <= max), "a number is out of range");
}

void require_sane(const std::optional<std::string>& text) {
    if (!text) return;
    require(!text->empty() && text->size() <= kTextMaxBytes, "a text has a wrong size");
    require(is_valid_utf8(*text), "a text is not UTF-8");
}

}  // namespace

/// The first byte chooses how the rest is cut into pieces. Every cut and every scan must give the same facts.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::size_t seed = data[0];
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);

    const GcodeAnalysis analysis = analyze(text);
    std::size_t state = seed;
    const auto next_size = [&state, seed] { return (state = state * 31 + 7) % (seed * 16 + 1) + 1; };
    require(analyze_in_pieces(text, next_size) == analysis, "the pieces matter");
    for (const NamedLineScan& scan : line_scans()) require(analyze(text, scan.scan) == analysis, scan.name);

    require_sane(analysis.filament.length_mm, kLengthMaxMm);
    require_sane(analysis.filament.volume_cm3, kVolumeMaxCm3);
    require_sane(analysis.filament.type);
    require_sane(analysis.temperatures.bed, kTemperatureMax);
    require_sane(analysis.temperatures.bed_first, kTemperatureMax);
    require_sane(analysis.temperatures.tool0, kTemperatureMax);
    require_sane(analysis.temperatures.tool0_first, kTemperatureMax);
    require_sane(analysis.time.estimate_s, kTimeMaxS);
    require_sane(analysis.slicer);
    require_sane(analysis.printer_model);
    require_sane(analysis.nozzle_diameter_mm, kNozzleMaxMm);
    require_sane(analysis.layer_height_mm, kLayerMaxMm);
    require_sane(analysis.layer_height_first_mm, kLayerMaxMm);
    require(!analysis.layer_count || *analysis.layer_count > 0, "no layers");
    require(analysis.thumbnails.size() <= AnalysisLimits{}.thumbnails_max, "too many pictures");
    for (const Thumbnail& picture : analysis.thumbnails)
        require(picture.offset + picture.length <= text.size(), "a picture is not in the file");
    unsigned next_tool = 0;
    for (const GcodeAnalysis::Tool& tool : analysis.tools) {
        require(tool.index >= next_tool && tool.index < kToolsMax, "the tools are not in order");
        next_tool = tool.index + 1;
        require_sane(tool.length_mm, kLengthMaxMm);
        require_sane(tool.volume_cm3, kVolumeMaxCm3);
        require_sane(tool.type);
        require_sane(tool.temperature, kTemperatureMax);
        require_sane(tool.temperature_first, kTemperatureMax);
    }
    return 0;
}
