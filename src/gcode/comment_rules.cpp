#include "gcode/comment_rules.hpp"

#include "base/text.hpp"
#include "gcode/limits.hpp"
#include "gcode/values.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <utility>

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
    keep_first(findings.direct.filament.length_mm, sum_of_numbers(value), kLengthMaxMm);
}

void volume_list_cm3(Findings& findings, std::string_view value, unsigned) {
    keep_first(findings.direct.filament.volume_cm3, sum_of_numbers(value), kVolumeMaxCm3);
}

/// Bambu Studio writes mm³ here, although the key says cm³ (length × cross-section of its own header shows it).
void volume_list_bambu(Findings& findings, std::string_view value, unsigned) {
    std::optional<double> mm3 = sum_of_numbers(value);
    if (mm3) keep_first(findings.direct.filament.volume_cm3, *mm3 / 1000, kVolumeMaxCm3);
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
    if (const std::optional<Quantity> outside = take_quantity(value))
        keep_first(findings.direct.filament.length_mm, to_mm(*outside), kLengthMaxMm);
}

/// `78.9mm (0.6cm3)`, a line per extruder.
void slic3r_extruder(Findings& findings, std::string_view value, unsigned) {
    const std::optional<Quantity> length = take_quantity(value);
    if (const std::optional<double> mm = length ? to_mm(*length) : std::nullopt)
        findings.slic3r_filament.add(*mm, to_cm3(parenthesized_quantity(value)));
}

/// `216571.21 mm^3 (216.57 cc)`
void volume(Findings& findings, std::string_view value, unsigned) {
    const std::optional<double> outside = to_cm3(take_quantity(value));
    const std::optional<double> inside = to_cm3(parenthesized_quantity(value));
    keep_first(findings.direct.filament.volume_cm3, inside ? inside : outside, kVolumeMaxCm3);
}

/// Cura, one per extruder: `1.2m`, `1.2m, 0.5m`, `4615.03mm3`; Cura 15 wrote the weight behind it: `1.2m 3.6g`.
void cura_filament(Findings& findings, std::string_view value, unsigned) {
    double length_mm = 0;
    double volume_cm3 = 0;
    for (const std::string_view item : split(value, ',')) {
        std::string_view rest = item;
        const std::optional<Quantity> quantity = take_quantity(rest);
        if (!quantity) return;
        const std::optional<double> mm = to_mm(*quantity);
        const std::optional<double> cm3 = to_cm3(quantity);
        if (!mm && !cm3) return;
        length_mm += mm.value_or(0);
        volume_cm3 += cm3.value_or(0);
    }
    keep_first(findings.direct.filament.length_mm, length_mm, kLengthMaxMm);
    keep_first(findings.direct.filament.volume_cm3, volume_cm3, kVolumeMaxCm3);
}

/// KISSlicer: `Ext #1 = 0.10 mm (0.001 cm^3)`, once per extruder.
void kisslicer_tool(Findings& findings, std::string_view value, unsigned tool) {
    const std::optional<Quantity> length = take_quantity(value);
    const std::optional<double> mm = length ? to_mm(*length) : std::nullopt;
    if (!mm) return;
    findings.tool_length_mm.add(tool, *mm);
    if (const std::optional<double> cm3 = to_cm3(parenthesized_quantity(value)))
        findings.tool_volume_cm3.add(tool, *cm3);
}

void tool_length_mm(Findings& findings, std::string_view value, unsigned tool) {
    if (const std::optional<double> mm = first_number(value)) findings.tool_length_mm.add(tool, *mm);
}

void tool_volume_mm3(Findings& findings, std::string_view value, unsigned tool) {
    if (const std::optional<double> mm3 = first_number(value)) findings.tool_volume_cm3.add(tool, *mm3 / 1000);
}

/// The first of `PLA;PETG` that is not empty.
void filament_type(Findings& findings, std::string_view value, unsigned) {
    if (findings.direct.filament.type) return;
    value.remove_prefix(std::min(value.find_first_not_of(" \t,;"), value.size()));
    std::string type = clean_text(value.substr(0, value.find_first_of(",;")), kTextMaxBytes);
    if (!type.empty()) findings.direct.filament.type = std::move(type);
}

template <std::optional<double> GcodeAnalysis::Temperatures::* kMember>
void temperature(Findings& findings, std::string_view value, unsigned tool) {
    if (tool == 0) keep_first(findings.direct.temperatures.*kMember, first_number(value), kTemperatureMax);
}

template <Plate kPlate>
void plate_bed(Findings& findings, std::string_view value, unsigned) {
    keep_first(findings.plate_bed[static_cast<std::size_t>(kPlate)], first_number(value), kTemperatureMax);
}

template <Plate kPlate>
void plate_bed_first(Findings& findings, std::string_view value, unsigned) {
    keep_first(findings.plate_bed_first[static_cast<std::size_t>(kPlate)], first_number(value), kTemperatureMax);
}

void plate_in_use(Findings& findings, std::string_view value, unsigned) {
    static constexpr std::pair<std::string_view, Plate> kNames[] = {
        {"High Temp Plate", Plate::kHot},
        {"Textured PEI Plate", Plate::kTextured},
        {"Cool Plate", Plate::kCool},
        {"Engineering Plate", Plate::kEngineering},
        {"Textured Cool Plate", Plate::kTexturedCool},
        {"Supertack Plate", Plate::kSupertack},
    };
    for (const auto& [name, plate] : kNames)
        if (!findings.plate && equals_ignoring_case(value, name)) findings.plate = plate;
}

void print_time(Findings& findings, std::string_view value, unsigned) {
    keep_first(findings.direct.time.estimate_s, duration_s(value), kTimeMaxS);
}

void cura_time(Findings& findings, std::string_view value, unsigned) {
    const std::optional<double> seconds = first_number(value);
    if (seconds != kCuraUnknownTimeS) keep_first(findings.direct.time.estimate_s, seconds, kTimeMaxS);
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

void first_layer(Findings& findings, std::string_view, unsigned) {
    findings.heaters.layers_begin();
}

// ---- The comments.

/// A comment that begins with `key` (in any case; `%` is the number of a tool), blanks, `separator`. A blank as
/// separator is at least one blank.
struct Rule {
    std::string_view key;
    char separator;
    Handler handler;
};

using Temperatures = GcodeAnalysis::Temperatures;

constexpr Rule kRules[] = {
    // Names.
    {"generated by", ' ', name_before_date},         // PrusaSlicer and its family, Slic3r
    {"generated with", ' ', name_alone},             // Cura
    {"g-code generated by", ' ', name_before_date},  // Simplify3D
    {"sliced by", ' ', name_before_comma},           // ideaMaker
    {"bambustudio", ' ', name_bambu_studio},
    {"kisslicer", '-', name_kisslicer},
    {"version", ' ', add_version},
    {"generator.name", ':', name_without_version},  // Cura for Ultimaker printers ("Griffin")
    {"generator.version", ':', add_version},

    // Filament.
    {"filament used [mm]", '=', length_list_mm},
    {"filament used [cm3]", '=', volume_list_cm3},
    {"filament used", '=', slic3r_extruder},  // Slic3r
    {"filament used", ':', cura_filament},
    {"filament length", ':', length},  // Simplify3D 4
    {"material length", ':', length},  // Simplify3D 5
    {"plastic volume", ':', volume},
    {"total filament length [mm]", ':', length_list_mm},
    {"total filament volume [cm^3]", ':', volume_list_bambu},
    {"estimated build volume", ':', volume},   // KISSlicer 1
    {"ext #%", '=', kisslicer_tool},           // KISSlicer 2
    {"material#% used", ':', tool_length_mm},  // ideaMaker
    {"extruder_train.%.material.volume_used", ':', tool_volume_mm3},
    {"filament_type", '=', filament_type},
    {"filament type #%", ':', filament_type},  // ideaMaker
    {"printmaterial", ',', filament_type},     // Simplify3D

    // Temperatures.
    {"bed_temperature", '=', temperature<&Temperatures::bed>},
    {"first_layer_bed_temperature", '=', temperature<&Temperatures::bed_first>},
    {"temperature", '=', temperature<&Temperatures::tool0>},
    {"first_layer_temperature", '=', temperature<&Temperatures::tool0_first>},
    {"nozzle_temperature", '=', temperature<&Temperatures::tool0>},
    {"nozzle_temperature_initial_layer", '=', temperature<&Temperatures::tool0_first>},
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
    {"temperature_c", '=', temperature<&Temperatures::tool0>},        // KISSlicer
    {"first_layer_c", '=', temperature<&Temperatures::tool0_first>},  // KISSlicer
    {"bed_c", '=', temperature<&Temperatures::bed>},                  // KISSlicer
    {"build_plate.initial_temperature", ':', temperature<&Temperatures::bed_first>},
    {"extruder_train.%.initial_temperature", ':', temperature<&Temperatures::tool0_first>},

    // Time.
    {"estimated printing time (normal mode)", '=', print_time},
    {"estimated printing time", '=', print_time},  // Slic3r Prusa Edition
    {"total estimated time", ':', print_time},
    {"model printing time", ':', bambu_times},
    {"time", ':', cura_time},
    {"time_elapsed", ':', cura_elapsed},
    {"print.time", ':', print_time},
    {"print time", ':', print_time},                           // ideaMaker, Cura 15
    {"build time", ':', print_time},                           // Simplify3D
    {"estimated build time", ':', print_time},                 // KISSlicer 1
    {"calculated-during-export build time", ':', print_time},  // KISSlicer 2

    // Where the layers begin, for the slicers whose temperatures come from commands.
    {"layer", ':', first_layer},    // Cura, ideaMaker
    {"layer 1", ',', first_layer},  // Simplify3D: `layer 1, Z = 0.300`
};

// ---- Finding the rule. Files can be nine tenths comments, so nearly all must be turned away in a few nanoseconds: the
// first four letters choose a bucket of rules, most of which are empty.

constexpr std::size_t kKeyMaxBytes = 48;
constexpr std::size_t kWordBytes = 4;
constexpr std::size_t kRuleCount = std::size(kRules);
constexpr std::size_t kBuckets = 256;

/// Four characters in lower case as a number. Folding so is wrong for some characters that are no letters, which costs
/// a false "perhaps" and nothing else.
constexpr std::uint32_t folded_word(const char* text) {
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < kWordBytes; ++i) word |= (static_cast<std::uint32_t>(text[i]) & 0xFFU) << (8 * i);
    return word | 0x20202020U;
}

constexpr std::size_t bucket_of(std::uint32_t word) {
    return (word * 0x9E3779B1U) >> 24;
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

constexpr Index kIndex = [] {
    Index index;
    std::size_t next = 0;
    for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
        index.begins[bucket] = static_cast<std::uint8_t>(next);
        for (std::size_t rule = 0; rule < kRuleCount; ++rule) {
            const std::string_view key = kRules[rule].key;
            const std::uint32_t head = folded_word(key.data());
            if (bucket_of(head) != bucket) continue;
            const std::size_t tail_at = std::min(key.find('%'), key.size()) - kWordBytes;
            index.entries[next++] = {head, folded_word(key.data() + tail_at), static_cast<std::uint8_t>(tail_at),
                                     static_cast<std::uint8_t>(rule)};
        }
    }
    index.begins[kBuckets] = static_cast<std::uint8_t>(next);
    return index;
}();

static_assert(kRuleCount < 256 && std::ranges::all_of(
                                      kRules,
                                      [](const Rule& rule) {
                                          return rule.key.size() + 1 < kKeyMaxBytes &&
                                                 std::min(rule.key.find('%'), rule.key.size()) >= kWordBytes;
                                      }));

/// The beginning of a comment in lower case, filled up with zeros: long enough for every key and what follows it.
using Lowered = std::array<char, kKeyMaxBytes>;

Lowered lowered(std::string_view comment) {
    Lowered lower{};
    if (comment.size() >= lower.size())
        std::memcpy(lower.data(), comment.data(), lower.size());
    else
        std::memcpy(lower.data(), comment.data(), comment.size());
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
    static constexpr std::size_t kToolDigitsMax = 2;
    while (match.size < before.size() + kToolDigitsMax && text[match.size] >= '0' && text[match.size] <= '9')
        match.tool = match.tool * 10 + static_cast<unsigned>(text[match.size++] - '0');
    const std::string_view after = key.substr(before.size() + 1);
    if (match.size == before.size() || !text.substr(match.size).starts_with(after)) return {};
    match.size += after.size();
    return match;
}

/// Calls `use` with each rule whose key and separator (or a blank before it) begin the comment, until it returns true;
/// returns whether one did.
template <typename Use>
bool any_rule(std::string_view comment, Use use) {
    const std::uint32_t head = folded_word(comment.data());
    const std::size_t bucket = bucket_of(head);
    std::size_t i = kIndex.begins[bucket];
    const std::size_t end = kIndex.begins[bucket + 1];
    while (i < end && kIndex.entries[i].head != head) ++i;
    if (i == end) return false;
    const Lowered lower = lowered(comment);
    for (; i < end; ++i) {
        const Entry& entry = kIndex.entries[i];
        if (folded_word(lower.data() + entry.tail_at) != entry.tail) continue;
        const Rule& rule = kRules[entry.rule];
        const KeyMatch match = match_key(rule.key, lower);
        if (match.size == 0) continue;
        const char next = lower[match.size];
        if ((next == rule.separator || next == ' ' || next == '\t') && use(rule, match)) return true;
    }
    return false;
}

/// Calls the rule's handler and returns true when the comment is the rule's.
bool apply(const Rule& rule, KeyMatch match, std::string_view comment, Findings& findings) {
    const std::string_view behind_key = comment.substr(std::min(match.size, comment.size()));
    const std::string_view behind_blanks = trim(behind_key);
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
    if (beginning.size() >= kKeyMaxBytes) return any_rule(beginning, [](const Rule&, KeyMatch) { return true; });
    // Too short to be sure of more than the first letters, as the comment may go on behind it.
    return std::ranges::find(kIndex.entries, folded_word(beginning.data()), &Entry::head) != kIndex.entries.end();
}

void read_comment(std::string_view comment, Findings& findings) {
    if (comment.size() < kWordBytes) return;
    any_rule(comment, [&](const Rule& rule, KeyMatch match) {
        if (!apply(rule, match, comment, findings)) return false;
        if (rule.handler != slic3r_extruder) findings.slic3r_filament.end();
        return true;
    });
}

}  // namespace karmen::gcode
