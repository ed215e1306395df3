#include "gcode/comment_values.hpp"

#include "base/text.hpp"
#include "gcode/limits.hpp"
#include "gcode/values.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace karmen::gcode::comment_values {

namespace {

/// CuraEngine writes this time if it runs without Cura and does not know the real time yet.
constexpr double kCuraUnknownTimeS = 6666;

void name_slicer(Findings& findings, std::string_view name) {
    if (findings.direct.slicer) return;
    std::string clean = clean_text(name, kTextMaxBytes);
    if (!clean.empty()) findings.direct.slicer = std::move(clean);
}

std::optional<double> to_mm(const Quantity& quantity) {
    if (quantity.unit == "mm") return quantity.value;
    if (quantity.unit == "m") return quantity.value * 1000;
    return std::nullopt;
}

std::optional<double> to_cm3(const std::optional<Quantity>& quantity) {
    if (!quantity) return std::nullopt;
    if (quantity->unit == "cm3" || quantity->unit == "cm^3" || quantity->unit == "cc") return quantity->value;
    if (quantity->unit == "mm3" || quantity->unit == "mm^3") return quantity->value / 1000;
    return std::nullopt;
}

void filament_type_of(Findings& findings, std::string_view value, unsigned tool) {
    std::string type = clean_text(value, kTextMaxBytes);
    if (!type.empty()) findings.types.keep_first(tool, std::move(type));
}

}  // namespace

/// The name before ` on <date>`, or else before the first ` on `.
void name_before_date(Findings& findings, std::string_view value, unsigned) {
    static constexpr std::string_view kOn = " on ";
    std::size_t cut = value.find(kOn);
    for (std::size_t at = cut; at != std::string_view::npos; at = value.find(kOn, at + 1)) {
        const std::string_view date = value.substr(at + kOn.size(), 1);
        if (date < "0" || date > "9") continue;
        cut = at;
        break;
    }
    name_slicer(findings, value.substr(0, cut));
}

void name_before_comma(Findings& findings, std::string_view value, unsigned) {
    name_slicer(findings, value.substr(0, value.find(',')));
}

void name_alone(Findings& findings, std::string_view value, unsigned) {
    name_slicer(findings, value);
}

void name_bambu_studio(Findings& findings, std::string_view value, unsigned) {
    name_slicer(findings, "BambuStudio " + std::string(value.substr(0, kTextMaxBytes)));
}

/// `<IceSL 2.4.1>`
void name_icesl(Findings& findings, std::string_view value, unsigned) {
    name_slicer(findings, "IceSL " + std::string(value.substr(0, std::min(value.find('>'), kTextMaxBytes))));
}

void name_kisslicer(Findings& findings, std::string_view, unsigned) {
    findings.slicer_awaits_version = !findings.direct.slicer;
    name_slicer(findings, "KISSlicer");
}

void name_without_version(Findings& findings, std::string_view value, unsigned) {
    findings.slicer_awaits_version = !findings.direct.slicer;
    name_slicer(findings, value);
}

void add_version(Findings& findings, std::string_view value, unsigned) {
    if (!std::exchange(findings.slicer_awaits_version, false) || !findings.direct.slicer) return;
    const std::string version = clean_text(value, kTextMaxBytes);
    findings.direct.slicer = clean_text(*findings.direct.slicer + " " + version, kTextMaxBytes);
}

void length_list_mm(Findings& findings, std::string_view value, unsigned) {
    findings.list_lengths_mm.keep_first(all_numbers(value));
}

void length_list_m(Findings& findings, std::string_view value, unsigned) {
    std::vector<double> lengths = all_numbers(value);
    for (double& length : lengths) length *= 1000;
    findings.list_lengths_mm.keep_first(std::move(lengths));
}

void volume_list_cm3(Findings& findings, std::string_view value, unsigned) {
    findings.list_volumes_cm3.keep_first(all_numbers(value));
}

/// Bambu Studio writes mm³ here, although the key says cm³ (length × cross-section of its own header shows it).
void volume_list_bambu(Findings& findings, std::string_view value, unsigned) {
    std::vector<double> volumes = all_numbers(value);
    for (double& volume : volumes) volume /= 1000;
    findings.list_volumes_cm3.keep_first(std::move(volumes));
}

/// Bambu Studio: `filament: 1,3`, the tools (from 1) that its lists of amounts are about.
void listed_tools(Findings& findings, std::string_view value, unsigned) {
    if (!findings.listed_tools.empty()) return;
    for (const double number : all_numbers(value)) {
        if (number < 1 || number > kToolsMax) return findings.listed_tools.clear();
        findings.listed_tools.push_back(static_cast<unsigned>(number) - 1);
    }
}

/// `90037.5 mm (90.04 m)`
void length(Findings& findings, std::string_view value, unsigned) {
    const std::optional<Quantity> outside = take_quantity(value);
    if (const std::optional<double> mm = outside ? to_mm(*outside) : std::nullopt)
        findings.list_lengths_mm.keep_first({*mm});
}

/// `78.9mm (0.6cm3)`, a line per extruder, or `1000.5mm, 50.5mm (2.5cm3)`.
void slic3r_extruder(Findings& findings, std::string_view value, unsigned) {
    std::vector<double> lengths;
    do {
        const std::optional<Quantity> length = take_quantity(value);
        const std::optional<double> mm = length ? to_mm(*length) : std::nullopt;
        if (!mm) return;
        lengths.push_back(*mm);
        value = trim(value);
    } while (value.starts_with(',') && (value.remove_prefix(1), true));
    findings.slic3r_filament.add(lengths, to_cm3(parenthesized_quantity(value)));
}

/// `216571.21 mm^3 (216.57 cc)`
void volume(Findings& findings, std::string_view value, unsigned) {
    const std::optional<double> outside = to_cm3(take_quantity(value));
    const std::optional<double> inside = to_cm3(parenthesized_quantity(value));
    keep_first(findings.direct.filament.volume_cm3, inside ? inside : outside, kVolumeMaxCm3);
}

/// Cura, one per extruder: `1.2m`, `1.2m, 0.5m`, `4615.03mm3`; Cura 15 wrote the weight behind it: `1.2m 3.6g`.
void cura_filament(Findings& findings, std::string_view value, unsigned) {
    std::vector<double> lengths_mm;
    std::vector<double> volumes_cm3;
    for (const std::string_view item : split(value, ',')) {
        std::string_view rest = item;
        const std::optional<Quantity> quantity = take_quantity(rest);
        if (!quantity) return;
        const std::optional<double> mm = to_mm(*quantity);
        const std::optional<double> cm3 = to_cm3(quantity);
        if (!mm && !cm3) return;
        if (mm) lengths_mm.push_back(*mm);
        if (cm3) volumes_cm3.push_back(*cm3);
    }
    findings.list_lengths_mm.keep_first(std::move(lengths_mm));
    findings.list_volumes_cm3.keep_first(std::move(volumes_cm3));
}

/// KISSlicer: `Ext #1 = 0.10 mm (0.001 cm^3)`, once per extruder.
void kisslicer_tool(Findings& findings, std::string_view value, unsigned number) {
    const std::optional<Quantity> length = take_quantity(value);
    const std::optional<double> mm = length ? to_mm(*length) : std::nullopt;
    if (!mm || number == 0) return;
    findings.tool_lengths_mm.add(number - 1, *mm);
    if (const std::optional<double> cm3 = to_cm3(parenthesized_quantity(value)))
        findings.tool_volumes_cm3.add(number - 1, *cm3);
}

void kisslicer_settings(Findings& findings, std::string_view, unsigned number) {
    findings.settings_tool = number == 0 ? 0 : number - 1;
}

/// ideaMaker counts tools from 1.
void numbered_length_mm(Findings& findings, std::string_view value, unsigned number) {
    const std::optional<double> mm = first_number(value);
    if (mm && number > 0) findings.tool_lengths_mm.add(number - 1, *mm);
}

void tool_volume_mm3(Findings& findings, std::string_view value, unsigned tool) {
    if (const std::optional<double> mm3 = first_number(value)) findings.tool_volumes_cm3.add(tool, *mm3 / 1000);
}

/// UltiGCode: `MATERIAL:2400`, `MATERIAL2:600`.
void numbered_volume_mm3(Findings& findings, std::string_view value, unsigned number) {
    if (number > 0) tool_volume_mm3(findings, value, number - 1);
}

/// `PLA;PETG`
void filament_types(Findings& findings, std::string_view value, unsigned) {
    for (unsigned tool = 0; tool < kToolsMax; ++tool) {
        const std::size_t end = value.find_first_of(",;");
        filament_type_of(findings, value.substr(0, end), tool);
        if (end == std::string_view::npos) return;
        value.remove_prefix(end + 1);
    }
}

void numbered_filament_type(Findings& findings, std::string_view value, unsigned number) {
    if (number > 0) filament_type_of(findings, value, number - 1);
}

void keep_list(PerTool<double>& values, std::string_view list, double max) {
    unsigned tool = 0;
    for (const double number : leading_numbers(list)) values.keep_first(tool++, usable(number, max));
}

void plate_in_use(Findings& findings, std::string_view value, unsigned) {
    static constexpr std::pair<std::string_view, Plate> kNames[] = {
        {"High Temp Plate", Plate::kHot},
        {"Textured PEI Plate", Plate::kTextured},
        {"Cool Plate", Plate::kCool},
        {"Engineering Plate", Plate::kEngineering},
        {"Textured Cool Plate", Plate::kTexturedCool},
        {"Supertack Plate", Plate::kSupertack},
        {"Customized Plate", Plate::kCustomized},
        {"Epoxy Resin Plate", Plate::kEpoxyResin},
    };
    if (findings.plate) return;
    findings.plate = Plate::kUnknown;
    for (const auto& [name, plate] : kNames)
        if (equals_ignoring_case(value, name)) findings.plate = plate;
}

// ---- The printer and its layers.

void nozzles(Findings& findings, std::string_view value, unsigned) {
    keep_list(findings.nozzle_mm, value, kNozzleMaxMm);
}

void tool_nozzle(Findings& findings, std::string_view value, unsigned tool) {
    findings.nozzle_mm.keep_first(tool, usable(first_number(value), kNozzleMaxMm));
}

void printer_model(Findings& findings, std::string_view value, unsigned) {
    if (findings.direct.printer_model) return;
    std::string model = clean_text(value, kTextMaxBytes);
    if (!model.empty()) findings.direct.printer_model = std::move(model);
}

void layer_count(Findings& findings, std::string_view value, unsigned) {
    const std::optional<double> count = usable(first_number(value), kLayersMax);
    if (!findings.direct.layer_count && count && *count == std::floor(*count))
        findings.direct.layer_count = static_cast<std::int64_t>(*count);
}

// ---- Time.

void print_time(Findings& findings, std::string_view value, unsigned) {
    keep_first(findings.direct.time.estimate_s, duration_s(value), kTimeMaxS);
}

void cura_time(Findings& findings, std::string_view value, unsigned) {
    const std::optional<double> seconds = first_number(value);
    if (seconds == kCuraUnknownTimeS)
        findings.cura_knows_no_time = true;
    else
        keep_first(findings.direct.time.estimate_s, seconds, kTimeMaxS);
}

void cura_elapsed(Findings& findings, std::string_view value, unsigned) {
    keep_last(findings.cura_elapsed_s, first_number(value), kTimeMaxS);
    findings.settled = findings.direct.time.estimate_s.has_value();
}

/// `model printing time: 19m 46s; total estimated time: 26m 22s`: the second part is a comment of its own.
void bambu_times(Findings& findings, std::string_view value, unsigned) {
    static constexpr std::string_view kTotal = "total estimated time:";
    const std::string_view rest = trim(value.substr(std::min(value.find(';'), value.size() - 1) + 1));
    if (starts_with_ignoring_case(rest, kTotal)) print_time(findings, rest.substr(kTotal.size()), 0);
}

/// Cura 13 to 15 and ideaMaker: `1 hour 16 minutes`, `3163.8` (seconds), `1:29` (hours and minutes).
void print_time_of_day(Findings& findings, std::string_view value, unsigned) {
    const std::size_t colon = value.find(':');
    const std::vector<double> hours = all_numbers(value.substr(0, colon));
    const std::vector<double> minutes =
        all_numbers(colon == std::string_view::npos ? std::string_view() : value.substr(colon + 1));
    if (hours.size() == 1 && minutes.size() == 1 && minutes[0] < 60)
        keep_first(findings.direct.time.estimate_s, hours[0] * 3600 + minutes[0] * 60, kTimeMaxS);
    else
        print_time(findings, value, 0);
}

void layer_begins(Findings& findings, std::string_view, unsigned) {
    findings.heaters.layers_begin();
    findings.layer_began = true;
    findings.settled = !findings.layers_are_read;
}

void thumbnail_ends(Findings& findings, std::string_view, unsigned) {
    findings.thumbnails.end(findings.line.begin);
}

}  // namespace karmen::gcode::comment_values
