#include "gcode/findings.hpp"

#include "gcode/limits.hpp"

#include <algorithm>
#include <set>

namespace karmen::gcode {

namespace {

/// CuraEngine writes this number of seconds and of mm³ when it is run without Cura and does not know them yet.
constexpr double kCuraPlaceholderCm3 = 6.666;

/// The first source that is not empty.
const ToolAmounts& first_of(const ToolAmounts& a, const ToolAmounts& b, const ToolAmounts& c) {
    if (a.total().value_or(0) > 0) return a;
    return b.total().value_or(0) > 0 ? b : c;
}

/// The bed temperature of the plate in use. If the file does not name it, a value counts only if all plates agree.
std::optional<double> of_plate(const std::array<PerTool<double>, kPlates>& plates, const std::optional<Plate>& plate,
                               unsigned tool) {
    if (plate) return *plate == Plate::kUnknown ? std::nullopt : plates[static_cast<std::size_t>(*plate)].at(tool);
    std::set<double> values;
    for (const PerTool<double>& temperatures : plates)
        if (const auto value = temperatures.at(tool)) values.insert(*value);
    return values.size() == 1 ? std::optional(*values.begin()) : std::nullopt;
}

/// Decides the facts one after the other. The tools that print come first, because the other facts depend on them.
class Settlement {
  public:
    explicit Settlement(const Findings& findings)
        : findings_(findings),
          lengths_(first_of(findings.list_lengths_mm, findings.tool_lengths_mm, findings.slic3r_filament.lengths_mm())),
          volumes_(first_of(findings.list_volumes_cm3, volumes_per_tool(), findings.slic3r_filament.volumes_cm3())),
          printing_(printing_tools()),
          facts_(findings.direct) {}

    GcodeAnalysis facts() {
        settle_totals();
        for (const unsigned tool : printing_) facts_.tools.push_back(tool_facts(tool));
        const GcodeAnalysis::Tool first = facts_.tools.empty() ? tool_facts(0) : facts_.tools.front();
        facts_.filament.type = first.type;
        if (!facts_.filament.type && !lengths_.names_tools()) facts_.filament.type = findings_.types.first();
        facts_.temperatures.tool0 = first.temperature;
        facts_.temperatures.tool0_first = first.temperature_first;
        facts_.nozzle_diameter_mm = findings_.nozzle_mm.at(first.index);
        settle_bed(first.index);
        facts_.thumbnails = findings_.thumbnails.found();
        return std::move(facts_);
    }

  private:
    const ToolAmounts& volumes_per_tool() const {
        static const ToolAmounts kNone;
        const ToolAmounts& volumes = findings_.tool_volumes_cm3;
        const bool is_placeholder = findings_.cura_knows_no_time && volumes.total() == kCuraPlaceholderCm3;
        return is_placeholder ? kNone : volumes;
    }

    std::vector<unsigned> printing_tools() const {
        const ToolAmounts& amounts = lengths_.names_tools() ? lengths_ : volumes_;
        std::vector<unsigned> tools;
        if (amounts.names_tools()) {
            for (unsigned i = 0; i < amounts.size(); ++i)
                if (amounts.at(i).value_or(0) > 0) tools.push_back(tool_of_entry(amounts, i));
        } else if (findings_.listed_tools.size() == 1) {
            tools = findings_.listed_tools;
        } else if (const auto& seen = findings_.heaters.tools_in_layers(); !seen.empty()) {
            tools.assign(seen.begin(), seen.end());
        } else if (!findings_.heaters.knows_other_tools()) {
            if (lengths_.total().value_or(0) > 0 || volumes_.total().value_or(0) > 0 ||
                findings_.heaters.first_extruder())
                tools.push_back(0);
        } else if (const auto tool = findings_.heaters.first_extruder()) {
            tools.push_back(*tool);
        }
        std::ranges::sort(tools);
        const auto repeated = std::ranges::unique(tools);
        tools.erase(repeated.begin(), repeated.end());
        return tools;
    }

    unsigned tool_of_entry(const ToolAmounts& amounts, unsigned entry) const {
        return amounts.size() == findings_.listed_tools.size() ? findings_.listed_tools[entry] : entry;
    }

    std::optional<double> amount_of(const ToolAmounts& amounts, unsigned tool) const {
        if (!amounts.names_tools()) return printing_.size() == 1 ? amounts.total() : std::nullopt;
        for (unsigned entry = 0; entry < amounts.size(); ++entry)
            if (tool_of_entry(amounts, entry) == tool) return amounts.at(entry);
        return std::nullopt;
    }

    GcodeAnalysis::Tool tool_facts(unsigned tool) const {
        GcodeAnalysis::Tool facts{.index = tool};
        keep_first(facts.length_mm, amount_of(lengths_, tool), kLengthMaxMm);
        if (printing_.size() == 1) facts.volume_cm3 = facts_.filament.volume_cm3;
        keep_first(facts.volume_cm3, amount_of(volumes_, tool), kVolumeMaxCm3);
        facts.type = findings_.types.at(tool);
        const HeaterCommands::Temperatures commanded = findings_.heaters.tool(tool, printing_.size() > 1);
        facts.temperature = findings_.temperature.at(tool);
        facts.temperature_first = findings_.temperature_first.at(tool);
        keep_first(facts.temperature, commanded.other_layers, kTemperatureMax);
        keep_first(facts.temperature_first, commanded.first_layer, kTemperatureMax);
        return facts;
    }

    void settle_totals() {
        keep_first(facts_.filament.length_mm, lengths_.total(), kLengthMaxMm);
        keep_first(facts_.filament.volume_cm3, volumes_.total(), kVolumeMaxCm3);
        keep_first(facts_.filament.volume_cm3, findings_.slic3r_filament.volume_cm3(), kVolumeMaxCm3);
        keep_first(facts_.time.estimate_s, findings_.cura_elapsed_s, kTimeMaxS);
    }

    void settle_bed(unsigned tool) {
        GcodeAnalysis::Temperatures& temperatures = facts_.temperatures;
        const HeaterCommands::Temperatures commanded = findings_.heaters.bed();
        temperatures.bed = findings_.bed.at(tool);
        temperatures.bed_first = findings_.bed_first.at(tool);
        keep_first(temperatures.bed, of_plate(findings_.plate_bed, findings_.plate, tool), kTemperatureMax);
        keep_first(temperatures.bed_first, of_plate(findings_.plate_bed_first, findings_.plate, tool), kTemperatureMax);
        keep_first(temperatures.bed, commanded.other_layers, kTemperatureMax);
        keep_first(temperatures.bed_first, commanded.first_layer, kTemperatureMax);
    }

    const Findings& findings_;
    const ToolAmounts& lengths_;
    const ToolAmounts& volumes_;
    const std::vector<unsigned> printing_;
    GcodeAnalysis facts_;
};

}  // namespace

void ExtruderRun::add(const std::vector<double>& lengths_mm, std::optional<double> volume_cm3) {
    if (ended_) return;
    for (const double length : lengths_mm) lengths_mm_.append(length);
    if (!volume_cm3) {
        has_volume_per_tool_ = false;
    } else {
        volume_cm3_ = volume_cm3_.value_or(0) + *volume_cm3;
        volumes_cm3_.append(*volume_cm3);
    }
    if (lengths_mm.size() != 1) has_volume_per_tool_ = false;
    if (!has_volume_per_tool_) volumes_cm3_ = {};
}

GcodeAnalysis Findings::result() const {
    return Settlement(*this).facts();
}

}  // namespace karmen::gcode
