#include "gcode/comment_rules.hpp"

#include "base/text.hpp"
#include "gcode/limits.hpp"
#include "gcode/values.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <utility>
#include <vector>

namespace karmen::gcode {

namespace {

// ---- What a value means. Each takes the text behind the separator and the tool's number where the key has one.

using Handler = void (*)(Findings&, std::string_view value, unsigned tool);

/// CuraEngine writes this time when it is run without Cura and does not know the time yet.
constexpr double kCuraUnknownTimeS = 6666;

void name_slicer(Findings& findings, std::string_view name) {
    if (findings.direct.slicer) return;
    std::string clean = clean_text(name, kTextMaxBytes);
    if (!clean.empty()) findings.direct.slicer = std::move(clean);
}

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

void filament_type_of(Findings& findings, std::string_view value, unsigned tool) {
    std::string type = clean_text(value, kTextMaxBytes);
    if (!type.empty()) findings.types.keep_first(tool, std::move(type));
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

// ---- Values of tools.

using ToolValues = PerTool<double> Findings::*;

void keep_list(PerTool<double>& values, std::string_view list, double max) {
    unsigned tool = 0;
    for (const double number : leading_numbers(list)) values.keep_first(tool++, usable(number, max));
}

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

template <std::optional<double> GcodeAnalysis::* kMember>
void layer_height(Findings& findings, std::string_view value, unsigned) {
    std::optional<double>& kept = findings.direct.*kMember;
    if (!kept) keep_first(kept, first_number(value), kLayerMaxMm);
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
}

/// `<IceSL 2.4.1>`
void name_icesl(Findings& findings, std::string_view value, unsigned) {
    name_slicer(findings, "IceSL " + std::string(value.substr(0, std::min(value.find('>'), kTextMaxBytes))));
}

// ---- The comments.

/// A comment that begins with `key` (in any case; `%` is the number of a tool), blanks, `separator`. A blank as
/// separator is at least one blank; kNothing: the comment ends behind the key.
constexpr char kNothing = '\0';
struct Rule {
    std::string_view key;
    char separator;
    Handler handler;
};

constexpr Rule kRules[] = {
    // Names.
    {"generated by", ' ', name_before_date},         // PrusaSlicer and its family, Slic3r
    {"generated with", ' ', name_alone},             // Cura
    {"g-code generated by", ' ', name_before_date},  // Simplify3D
    {"sliced by", ' ', name_before_comma},           // ideaMaker
    {"bambustudio", ' ', name_bambu_studio},
    {"<icesl", ' ', name_icesl},
    {"kisslicer", '-', name_kisslicer},
    {"version", ' ', add_version},
    {"generator.name", ':', name_without_version},  // Cura for Ultimaker printers ("Griffin")
    {"generator.version", ':', add_version},

    // Filament.
    {"filament used [mm]", '=', length_list_mm},
    {"filament used [cm3]", '=', volume_list_cm3},
    {"filament used", '=', slic3r_extruder},    // Slic3r
    {"filament_length_m", '=', length_list_m},  // Slic3r 1.3.1
    {"filament_volume_cm3", '=', volume_list_cm3},
    {"filament_used_mm", ':', length_list_mm},  // IceSL
    {"--- filament used", ':', length},         // Kiri:Moto
    {"filament", ':', listed_tools},            // Bambu Studio
    {"filament used", ':', cura_filament},
    {"filament length", ':', length},  // Simplify3D 4
    {"material length", ':', length},  // Simplify3D 5
    {"plastic volume", ':', volume},
    {"total filament length [mm]", ':', length_list_mm},
    {"total filament volume [cm^3]", ':', volume_list_bambu},
    {"estimated build volume", ':', volume},  // KISSlicer 1
    {"ext #%", '=', kisslicer_tool},          // KISSlicer 2
    {"ext %", '=', kisslicer_tool},           // KISSlicer 1.6
    {"*** material settings for extruder %", ' ', kisslicer_settings},
    {"material#% used", ':', numbered_length_mm},  // ideaMaker
    {"material", ':', tool_volume_mm3},            // UltiGCode
    {"material%", ':', numbered_volume_mm3},
    {"extruder_train.%.material.volume_used", ':', tool_volume_mm3},
    {"filament_type", '=', filament_types},
    {"filament_type", ':', filament_types},             // IceSL
    {"filament type", '=', filament_types},             // Cura with Klipper's settings plugin
    {"filament type #%", ':', numbered_filament_type},  // ideaMaker
    {"printmaterial", ',', filament_types},             // Simplify3D

    // Temperatures.
    {"bed_temperature", '=', temperatures<&Findings::bed>},
    {"first_layer_bed_temperature", '=', temperatures<&Findings::bed_first>},
    {"temperature", '=', temperatures<&Findings::temperature>},
    {"first_layer_temperature", '=', temperatures<&Findings::temperature_first>},
    {"nozzle_temperature", '=', temperatures<&Findings::temperature>},
    {"nozzle_temperature_initial_layer", '=', temperatures<&Findings::temperature_first>},
    {"extruder_temp_degree_c_%", ':', tool_temperature<&Findings::temperature>},  // IceSL
    {"bed_temp_degree_c", ':', temperatures<&Findings::bed>},
    {"outputtemp", '=', temperatures<&Findings::temperature>},  // Kiri:Moto
    {"outputbedtemp", '=', temperatures<&Findings::bed>},
    {"firstlayernozzletemp", '=', temperatures<&Findings::temperature_first>},
    {"firstlayerbedtemp", '=', temperatures<&Findings::bed_first>},
    {"curr_bed_type", '=', plate_in_use},
    {"hot_plate_temp", '=', plate_bed<Plate::kHot>},
    {"hot_plate_temp_initial_layer", '=', plate_bed_first<Plate::kHot>},
    {"textured_plate_temp", '=', plate_bed<Plate::kTextured>},
    {"textured_plate_temp_initial_layer", '=', plate_bed_first<Plate::kTextured>},
    {"cool_plate_temp", '=', plate_bed<Plate::kCool>},
    {"cool_plate_temp_initial_layer", '=', plate_bed_first<Plate::kCool>},
    {"eng_plate_temp", '=', plate_bed<Plate::kEngineering>},
    {"eng_plate_temp_initial_layer", '=', plate_bed_first<Plate::kEngineering>},
    {"textured_cool_plate_temp", '=', plate_bed<Plate::kTexturedCool>},
    {"textured_cool_plate_temp_initial_layer", '=', plate_bed_first<Plate::kTexturedCool>},
    {"supertack_plate_temp", '=', plate_bed<Plate::kSupertack>},
    {"supertack_plate_temp_initial_layer", '=', plate_bed_first<Plate::kSupertack>},
    {"customized_plate_temp", '=', plate_bed<Plate::kCustomized>},
    {"customized_plate_temp_initial_layer", '=', plate_bed_first<Plate::kCustomized>},
    {"epoxy_resin_plate_temp", '=', plate_bed<Plate::kEpoxyResin>},
    {"epoxy_resin_plate_temp_initial_layer", '=', plate_bed_first<Plate::kEpoxyResin>},
    {"temperature_c", '=', kisslicer_temperature<&Findings::temperature>},
    {"first_layer_c", '=', kisslicer_temperature<&Findings::temperature_first>},
    {"bed_c", '=', kisslicer_temperature<&Findings::bed>},
    {"build_plate.initial_temperature", ':', temperatures<&Findings::bed_first>},
    {"extruder_train.%.initial_temperature", ':', tool_temperature<&Findings::temperature_first>},

    // Time.
    {"estimated printing time (normal mode)", '=', print_time},
    {"estimated printing time", '=', print_time},  // Slic3r Prusa Edition
    {"total estimated time", ':', print_time},
    {"model printing time", ':', bambu_times},
    {"time", ':', cura_time},
    {"time_elapsed", ':', cura_elapsed},
    {"print.time", ':', print_time},
    {"print time", ':', print_time_of_day},                    // ideaMaker, Cura 13 to 15
    {"build time", ':', print_time},                           // Simplify3D
    {"estimated build time", ':', print_time},                 // KISSlicer 1
    {"calculated-during-export build time", ':', print_time},  // KISSlicer 2
    {"estimated_print_time_s", ':', print_time},               // IceSL
    {"--- print time", ':', print_time},                       // Kiri:Moto

    // The printer and its layers.
    {"nozzle_diameter", '=', nozzles},
    {"nozzle_diameter", ':', tool_nozzle},  // UltiGCode
    {"extruder_train.%.nozzle.diameter", ':', tool_nozzle},
    {"extruderdiameter", ',', tool_nozzle},  // Simplify3D
    {"printer_model", '=', printer_model},
    {"printer_name", '=', printer_model},         // KISSlicer
    {"target_machine.name", ':', printer_model},  // Cura
    {"layer_height", '=', layer_height<&GcodeAnalysis::layer_height_mm>},
    {"layer height", ':', layer_height<&GcodeAnalysis::layer_height_mm>},  // Cura
    {"layerheight", ',', layer_height<&GcodeAnalysis::layer_height_mm>},   // Simplify3D
    {"layer_thickness_mm", '=', layer_height<&GcodeAnalysis::layer_height_mm>},
    {"sliceheight", '=', layer_height<&GcodeAnalysis::layer_height_mm>},  // Kiri:Moto
    {"first_layer_height", '=', layer_height<&GcodeAnalysis::layer_height_first_mm>},
    {"initial_layer_print_height", '=', layer_height<&GcodeAnalysis::layer_height_first_mm>},
    {"first_layer_thickness_mm", '=', layer_height<&GcodeAnalysis::layer_height_first_mm>},
    {"firstsliceheight", '=', layer_height<&GcodeAnalysis::layer_height_first_mm>},
    {"layer_count", ':', layer_count},         // Cura
    {"layer count", ':', layer_count},         // Cura 15
    {"total layer number", ':', layer_count},  // OrcaSlicer, Bambu Studio
    {"total layers count", '=', layer_count},

    // Where layers begin, for the slicers whose temperatures and tools come from commands.
    {"layer", ':', layer_begins},               // Cura, ideaMaker
    {"layer_change", kNothing, layer_begins},   // PrusaSlicer and its family
    {"change_layer", kNothing, layer_begins},   // Bambu Studio
    {"layer %", ',', layer_begins},             // Simplify3D: `layer 1, Z = 0.300`
    {"layer %", kNothing, layer_begins},        // IceSL
    {"--- layer %", ' ', layer_begins},         // Kiri:Moto: `--- layer 0 (0.250)`
    {"begin_layer_object", ' ', layer_begins},  // KISSlicer
};

// ---- Finding the rule. Files can be nine tenths comments, so nearly all must be turned away in a few nanoseconds: the
// first four letters choose a bucket of rules, most of which are empty.

constexpr std::size_t kKeyMaxBytes = 48;
constexpr std::size_t kWordBytes = 4;
constexpr std::size_t kRuleCount = std::size(kRules);
constexpr std::size_t kBuckets = 2048;

/// Four characters in lower case as a number. Folding so is wrong for some characters that are no letters, which costs
/// a false "perhaps" and nothing else.
constexpr std::uint32_t folded_word(const char* text) {
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < kWordBytes; ++i) word |= (static_cast<std::uint32_t>(text[i]) & 0xFFU) << (8 * i);
    return word | 0x20202020U;
}

constexpr std::size_t bucket_of(std::uint32_t word) {
    return (word * 0x9E3779B1U) >> 21;
}

/// What is compared first: the first four characters of the key, and the last four of it (of the part before `%`).
struct Entry {
    std::uint32_t head = 0;
    std::uint32_t tail = 0;
    std::uint8_t tail_at = 0;
    std::uint8_t rule = 0;
};

/// The rules in the order of their buckets: bucket b is [begins[b], begins[b + 1]).
struct Index {
    std::array<Entry, kRuleCount> entries;
    std::array<std::uint8_t, kBuckets + 1> begins{};
};

/// Counting sort, since a compiler evaluates only so many steps.
constexpr Index kIndex = [] {
    Index index;
    std::array<std::uint8_t, kBuckets> next{};
    for (const Rule& rule : kRules) ++index.begins[bucket_of(folded_word(rule.key.data())) + 1];
    for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
        index.begins[bucket + 1] = static_cast<std::uint8_t>(index.begins[bucket + 1] + index.begins[bucket]);
        next[bucket] = index.begins[bucket];
    }
    for (std::size_t rule = 0; rule < kRuleCount; ++rule) {
        const std::string_view key = kRules[rule].key;
        const std::uint32_t head = folded_word(key.data());
        const std::size_t tail_at = std::min(key.find('%'), key.size()) - kWordBytes;
        index.entries[next[bucket_of(head)]++] = {head, folded_word(key.data() + tail_at),
                                                  static_cast<std::uint8_t>(tail_at), static_cast<std::uint8_t>(rule)};
    }
    return index;
}();

static_assert(kRuleCount < 256 && std::ranges::all_of(
                                      kRules,
                                      [](const Rule& rule) {
                                          return rule.key.size() + 1 < kKeyMaxBytes &&
                                                 std::min(rule.key.find('%'), rule.key.size()) >= kWordBytes;
                                      }));

/// The beginning of a comment in lower case: long enough for every key and what follows it.
using Lowered = std::array<char, kKeyMaxBytes>;

Lowered lowered(const char* text) {
    Lowered lower;
    std::memcpy(lower.data(), text, lower.size());
    // Written out so that it becomes a few vector instructions.
    for (char& c : lower) c = static_cast<char>(c + (c >= 'A' && c <= 'Z' ? 'a' - 'A' : 0));
    return lower;
}

/// The bytes of `text` that the key takes (0: it is not there), and the tool's number.
struct KeyMatch {
    std::size_t size = 0;
    unsigned tool = 0;
};

KeyMatch match_key(std::string_view key, const Lowered& lower) {
    const std::string_view text(lower.data(), lower.size());
    const std::string_view before = key.substr(0, key.find('%'));
    if (!text.starts_with(before)) return {};
    if (before.size() == key.size()) return {key.size(), 0};

    KeyMatch match{before.size(), 0};
    static constexpr std::size_t kDigitsMax = 6;
    while (match.size < before.size() + kDigitsMax && text[match.size] >= '0' && text[match.size] <= '9')
        match.tool = match.tool * 10 + static_cast<unsigned>(text[match.size++] - '0');
    const std::string_view after = key.substr(before.size() + 1);
    if (match.size == before.size() || !text.substr(match.size).starts_with(after)) return {};
    match.size += after.size();
    return match;
}

/// Whether `next`, the character behind a key, is the rule's separator, a blank before it, or the comment's end.
bool may_follow(const Rule& rule, char next) {
    return next == rule.separator || next == ' ' || next == '\t' ||
           (rule.separator == kNothing && (next == '\n' || next == '\r'));
}

/// Calls `use` with each rule whose key and separator (or a blank before it) begin the comment, until it returns true;
/// returns whether one did. REQUIRES: kKeyMaxBytes can be read at `text`.
template <typename Use>
bool any_rule(const char* text, Use use) {
    const std::uint32_t head = folded_word(text);
    const std::size_t bucket = bucket_of(head);
    std::size_t i = kIndex.begins[bucket];
    const std::size_t end = kIndex.begins[bucket + 1];
    for (; i < end; ++i) {
        const Entry& entry = kIndex.entries[i];
        if (entry.head != head || folded_word(text + entry.tail_at) != entry.tail) continue;
        const Rule& rule = kRules[entry.rule];
        const KeyMatch match = match_key(rule.key, lowered(text));
        if (match.size != 0 && may_follow(rule, text[match.size]) && use(rule, match)) return true;
    }
    return false;
}

/// Calls the rule's handler and returns true when the comment is the rule's.
bool apply(const Rule& rule, KeyMatch match, std::string_view comment, Findings& findings) {
    const std::string_view behind_key = comment.substr(std::min(match.size, comment.size()));
    const std::string_view behind_blanks = trim(behind_key);
    if (rule.separator == kNothing) {
        if (!behind_blanks.empty()) return false;
        rule.handler(findings, {}, match.tool);
        return true;
    }
    if (behind_blanks.empty()) return false;
    if (rule.separator != ' ' && behind_blanks[0] != rule.separator) return false;
    if (rule.separator == ' ' && behind_blanks.data() == behind_key.data()) return false;
    const std::string_view value = rule.separator == ' ' ? behind_blanks : trim(behind_blanks.substr(1));
    if (!value.empty()) rule.handler(findings, value, match.tool);
    return true;
}

}  // namespace

bool may_hold_fact(std::string_view beginning) {
    if (beginning.size() < kWordBytes) return true;
    if (beginning.size() >= kKeyMaxBytes) return any_rule(beginning.data(), [](const Rule&, KeyMatch) { return true; });
    // Too short to be sure of more than the first letters, as the comment may go on behind it.
    return std::ranges::find(kIndex.entries, folded_word(beginning.data()), &Entry::head) != kIndex.entries.end();
}

void read_comment(std::string_view comment, Findings& findings) {
    if (comment.size() < kWordBytes) return;
    std::array<char, kKeyMaxBytes> beginning{};
    std::ranges::copy(comment.substr(0, beginning.size()), beginning.begin());
    any_rule(beginning.data(), [&](const Rule& rule, KeyMatch match) {
        if (!apply(rule, match, comment, findings)) return false;
        if (rule.handler != slic3r_extruder) findings.slic3r_filament.end();
        return true;
    });
}

}  // namespace karmen::gcode
