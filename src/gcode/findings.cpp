#include "gcode/findings.hpp"

#include "gcode/limits.hpp"

#include <algorithm>

namespace karmen::gcode {

namespace {

std::optional<double> of_plate(const std::array<std::optional<double>, kPlates>& temperatures,
                               const std::optional<Plate>& plate) {
    if (plate) return temperatures[static_cast<std::size_t>(*plate)];
    const auto known = std::ranges::find_if(temperatures, [](const auto& value) { return value.has_value(); });
    return known == temperatures.end() ? std::nullopt : *known;
}

}  // namespace

void ToolSum::add(unsigned tool, double amount) {
    if (tool < next_tool_) return;
    sum_ = sum_.value_or(0) + amount;
    next_tool_ = tool + 1;
}

void ExtruderRun::add(double length_mm, std::optional<double> volume_cm3) {
    if (ended_) return;
    length_mm_ = length_mm_.value_or(0) + length_mm;
    if (volume_cm3) volume_cm3_ = volume_cm3_.value_or(0) + *volume_cm3;
}

GcodeAnalysis Findings::result() const {
    GcodeAnalysis facts = direct;
    keep_first(facts.filament.length_mm, tool_length_mm.sum(), kLengthMaxMm);
    keep_first(facts.filament.volume_cm3, tool_volume_cm3.sum(), kVolumeMaxCm3);
    keep_first(facts.filament.length_mm, slic3r_filament.length_mm(), kLengthMaxMm);
    keep_first(facts.filament.volume_cm3, slic3r_filament.volume_cm3(), kVolumeMaxCm3);
    keep_first(facts.time.estimate_s, cura_elapsed_s, kTimeMaxS);

    GcodeAnalysis::Temperatures& temperatures = facts.temperatures;
    keep_first(temperatures.bed, of_plate(plate_bed, plate), kTemperatureMax);
    keep_first(temperatures.bed_first, of_plate(plate_bed_first, plate), kTemperatureMax);
    keep_first(temperatures.tool0, heaters.tool0().other_layers, kTemperatureMax);
    keep_first(temperatures.tool0_first, heaters.tool0().first_layer, kTemperatureMax);
    keep_first(temperatures.bed, heaters.bed().other_layers, kTemperatureMax);
    keep_first(temperatures.bed_first, heaters.bed().first_layer, kTemperatureMax);
    return facts;
}

}  // namespace karmen::gcode
