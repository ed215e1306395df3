#pragma once

#include "gcode/findings.hpp"
#include "gcode/limits.hpp"
#include "gcode/per_tool.hpp"
#include "gcode/values.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

/// What the values of comments mean: the handlers of the rules in comment_rules.cpp. Each takes the text behind the
/// separator, and the tool's number if the key has one.
namespace karmen::gcode::comment_values {

using Handler = void (*)(Findings&, std::string_view value, unsigned tool);

// ---- Names.

void name_before_date(Findings& findings, std::string_view value, unsigned);
void name_before_comma(Findings& findings, std::string_view value, unsigned);
void name_alone(Findings& findings, std::string_view value, unsigned);
void name_bambu_studio(Findings& findings, std::string_view value, unsigned);
void name_icesl(Findings& findings, std::string_view value, unsigned);
void name_kisslicer(Findings& findings, std::string_view, unsigned);
void name_without_version(Findings& findings, std::string_view value, unsigned);
void add_version(Findings& findings, std::string_view value, unsigned);

// ---- Filament.

void length_list_mm(Findings& findings, std::string_view value, unsigned);
void length_list_m(Findings& findings, std::string_view value, unsigned);
void volume_list_cm3(Findings& findings, std::string_view value, unsigned);
void volume_list_bambu(Findings& findings, std::string_view value, unsigned);
void listed_tools(Findings& findings, std::string_view value, unsigned);
void length(Findings& findings, std::string_view value, unsigned);
void slic3r_extruder(Findings& findings, std::string_view value, unsigned);
void volume(Findings& findings, std::string_view value, unsigned);
void cura_filament(Findings& findings, std::string_view value, unsigned);
void kisslicer_tool(Findings& findings, std::string_view value, unsigned number);
void kisslicer_settings(Findings& findings, std::string_view, unsigned number);
void numbered_length_mm(Findings& findings, std::string_view value, unsigned number);
void tool_volume_mm3(Findings& findings, std::string_view value, unsigned tool);
void numbered_volume_mm3(Findings& findings, std::string_view value, unsigned number);
void filament_types(Findings& findings, std::string_view value, unsigned);
void numbered_filament_type(Findings& findings, std::string_view value, unsigned number);

// ---- Temperatures.

using ToolValues = PerTool<double> Findings::*;

/// `60,55`: an entry per tool.
void keep_list(PerTool<double>& values, std::string_view list, double max);

template <ToolValues kMember>
void temperatures(Findings& findings, std::string_view value, unsigned) {
    keep_list(findings.*kMember, value, kTemperatureMax);
}

template <ToolValues kMember>
void tool_temperature(Findings& findings, std::string_view value, unsigned tool) {
    (findings.*kMember).keep_first(tool, usable(first_number(value), kTemperatureMax));
}

template <ToolValues kMember>
void kisslicer_temperature(Findings& findings, std::string_view value, unsigned) {
    tool_temperature<kMember>(findings, value, findings.settings_tool);
}

template <Plate kPlate>
void plate_bed(Findings& findings, std::string_view value, unsigned) {
    keep_list(findings.plate_bed[static_cast<std::size_t>(kPlate)], value, kTemperatureMax);
}

template <Plate kPlate>
void plate_bed_first(Findings& findings, std::string_view value, unsigned) {
    keep_list(findings.plate_bed_first[static_cast<std::size_t>(kPlate)], value, kTemperatureMax);
}

void plate_in_use(Findings& findings, std::string_view value, unsigned);

// ---- The printer and its layers.

template <std::optional<double> GcodeAnalysis::* kMember>
void layer_height(Findings& findings, std::string_view value, unsigned) {
    std::optional<double>& kept = findings.direct.*kMember;
    keep_first(kept, first_number(value), kLayerMaxMm);
    findings.settled = kept.has_value();
}

void nozzles(Findings& findings, std::string_view value, unsigned);
void tool_nozzle(Findings& findings, std::string_view value, unsigned tool);
void printer_model(Findings& findings, std::string_view value, unsigned);
void layer_count(Findings& findings, std::string_view value, unsigned);
void layer_begins(Findings& findings, std::string_view, unsigned);

/// For comments that stand before the first layer only.
template <Handler kHandler>
void before_layers(Findings& findings, std::string_view value, unsigned tool) {
    if (!findings.heaters.in_layers()) kHandler(findings, value, tool);
}

// ---- Time.

void print_time(Findings& findings, std::string_view value, unsigned);
void cura_time(Findings& findings, std::string_view value, unsigned);
void cura_elapsed(Findings& findings, std::string_view value, unsigned);
void bambu_times(Findings& findings, std::string_view value, unsigned);
void print_time_of_day(Findings& findings, std::string_view value, unsigned);

// ---- Pictures: thumbnail_index.hpp.

template <Thumbnail::Format kFormat>
void thumbnail_begins(Findings& findings, std::string_view size, unsigned) {
    findings.thumbnails.begin(kFormat, size, findings.line.end);
}

void thumbnail_ends(Findings& findings, std::string_view, unsigned);

}  // namespace karmen::gcode::comment_values
