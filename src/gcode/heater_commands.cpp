#include "gcode/heater_commands.hpp"

#include "base/text.hpp"
#include "gcode/limits.hpp"
#include "gcode/per_tool.hpp"
#include "gcode/values.hpp"

#include <algorithm>
#include <string>

namespace karmen::gcode {

namespace {

struct Parameters {
    std::optional<double> target;       ///< S
    std::optional<double> cool_target;  ///< R: wait also when the heater is hotter
    std::optional<double> tool;         ///< T
    std::optional<double> slot;         ///< P: RepRapFirmware's number of a tool, or of a bed
    bool is_workspace = false;          ///< L: a G10 that sets coordinates
};

/// Reads to the comment or checksum; nullopt when something else than letters with numbers stands there (a macro).
std::optional<Parameters> read_parameters(std::string_view text) {
    Parameters parameters;
    for (text = trim(text); !text.empty() && text[0] != ';' && text[0] != '*' && text[0] != '('; text = trim(text)) {
        const char letter = text[0];
        if (to_lower(letter) < 'a' || to_lower(letter) > 'z') return std::nullopt;
        text.remove_prefix(1);
        const std::optional<double> value = take_number(text);
        if (letter == 'S') parameters.target = value;
        if (letter == 'R') parameters.cool_target = value;
        if (letter == 'T') parameters.tool = value;
        if (letter == 'P') parameters.slot = value;
        if (letter == 'L') parameters.is_workspace = true;
    }
    return parameters;
}

constexpr bool continues_code(std::string_view rest) {
    return !rest.empty() && ((rest[0] >= '0' && rest[0] <= '9') || rest[0] == '.');
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::ranges::any_of(names, [&](std::string_view other) { return equals_ignoring_case(name, other); });
}

/// `NAME=60` parameters of a Klipper command.
template <typename Use>
void each_named_value(std::string_view text, Use use) {
    text = text.substr(0, text.find(';'));
    for (text = trim(text); !text.empty(); text = trim(text)) {
        const std::string_view word = text.substr(0, text.find_first_of(" \t"));
        text.remove_prefix(word.size());
        const std::size_t equals = word.find('=');
        if (equals != std::string_view::npos) use(word.substr(0, equals), word.substr(equals + 1));
    }
}

/// The whole text as a number.
std::optional<double> whole_number(std::string_view text) {
    const std::optional<double> value = take_number(text);
    return text.empty() ? value : std::nullopt;
}

std::string upper(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return result;
}

}  // namespace

bool HeaterCommands::is_command(std::string_view first_four_chars) {
    return first_four_chars == "M104" || first_four_chars == "M109" || first_four_chars == "M140" ||
           first_four_chars == "M190" || first_four_chars == "M568";
}

void HeaterCommands::read(std::string_view line) {
    if (line.starts_with('M') && is_command(line.substr(0, 4)))
        read_m_command(line);
    else if (line.starts_with("G10"))
        read_tool_offset(line.substr(3));
    else if (line.starts_with('T') && line.size() > 1 && line[1] >= '0' && line[1] <= '9')
        select(line.substr(1));
    else
        read_macro(line);
}

void HeaterCommands::read_m_command(std::string_view line) {
    const std::string_view code = line.substr(0, 4);
    line.remove_prefix(4);
    if (continues_code(line)) return;
    const std::optional<Parameters> parameters = read_parameters(line);
    if (!parameters) return;

    const bool waits = code == "M109" || code == "M190";
    const std::optional<double> target = waits && !parameters->target ? parameters->cool_target : parameters->target;
    if (code == "M568") {
        set_tool(parameters->slot, target, false);
    } else if (code == "M104" || code == "M109") {
        set_tool(parameters->tool, target, waits);
    } else if (parameters->slot.value_or(0) == 0) {
        set(bed_, target, waits);
    }
}

/// `G10 P0 S210 R150`; R is the standby temperature. Without P, G10 retracts, with L it sets coordinates.
void HeaterCommands::read_tool_offset(std::string_view line) {
    if (continues_code(line)) return;
    const std::optional<Parameters> parameters = read_parameters(line);
    if (!parameters || !parameters->slot || parameters->is_workspace) return;
    set_tool(parameters->slot, parameters->target, false);
}

void HeaterCommands::read_macro(std::string_view line) {
    const std::string_view name = line.substr(0, line.find_first_of(" \t;"));
    const std::string_view parameters = line.substr(name.size());
    if (equals_ignoring_case(name, "SET_HEATER_TEMPERATURE")) {
        std::string_view heater;
        std::optional<double> target;
        each_named_value(parameters, [&](std::string_view key, std::string_view value) {
            if (equals_ignoring_case(key, "HEATER")) heater = value;
            if (equals_ignoring_case(key, "TARGET")) target = whole_number(value);
        });
        if (equals_ignoring_case(heater, "heater_bed")) set(bed_, target, false);
        if (!starts_with_ignoring_case(heater, "extruder")) return;
        const std::string_view number = heater.substr(std::string_view("extruder").size());
        if (number.empty() || whole_number(number)) set_tool(number.empty() ? 0 : whole_number(number), target, false);
        return;
    }
    if (upper(name.substr(0, kTextMaxBytes)).find("START") == std::string::npos) return;
    each_named_value(parameters, [&](std::string_view key, std::string_view value) {
        if (is_one_of(key, {"BED", "BED_TEMP", "BED_TEMPERATURE"})) set(bed_, whole_number(value), true);
        if (is_one_of(key, {"EXTRUDER", "EXTRUDER_TEMP", "EXTRUDER_TEMPERATURE", "HOTEND", "HOTEND_TEMP", "NOZZLE_TEMP",
                            "NOZZLE", "NOZZLE_TEMPERATURE", "TOOL_TEMP"}))
            set_tool(std::nullopt, whole_number(value), true);
    });
}

void HeaterCommands::select(std::string_view number) {
    const std::optional<double> tool = take_number(number);
    number = trim(number);
    if (!tool || *tool >= kToolsMax || !(number.empty() || number[0] == ';' || number[0] == '*' || number[0] == '('))
        return;
    selected_ = static_cast<unsigned>(*tool);
    if (selected_ != 0) knows_other_tools_ = true;
}

void HeaterCommands::on_extrusion() {
    if (!first_extruder_) first_extruder_ = selected_;
    if (layers_began_) tools_in_layers_.insert(selected_);
}

void HeaterCommands::set_tool(std::optional<double> tool, std::optional<double> target, bool waits) {
    const double index = tool.value_or(selected_);
    if (index >= kToolsMax || !usable(target, kTemperatureMax)) return;
    if (index >= 1) knows_other_tools_ = true;
    set(tools_[static_cast<unsigned>(index)], target, waits);
}

void HeaterCommands::set(Heater& heater, std::optional<double> target, bool waits) {
    if (layers_began_) {
        keep_first(heater.set_in_layers, target, kTemperatureMax);
        if (waits) keep_first(heater.waited_in_layers, target, kTemperatureMax);
        return;
    }
    keep_first(heater.set_first, target, kTemperatureMax);
    keep_last(heater.set_last, target, kTemperatureMax);
    if (waits) keep_last(heater.waited_last, target, kTemperatureMax);
}

HeaterCommands::Temperatures HeaterCommands::tool(unsigned index, bool several_tools_print) const {
    const auto found = tools_.find(index);
    if (found == tools_.end()) return {};
    Temperatures temperatures = of(found->second);
    if (!several_tools_print) return temperatures;
    if (!found->second.waited_last && found->second.waited_in_layers)
        return {found->second.waited_in_layers, found->second.waited_in_layers};
    if (temperatures.first_layer) temperatures.other_layers = temperatures.first_layer;
    return temperatures;
}

HeaterCommands::Temperatures HeaterCommands::bed() const {
    return of(bed_);
}

HeaterCommands::Temperatures HeaterCommands::of(const Heater& heater) const {
    Temperatures temperatures;
    temperatures.first_layer = heater.set_first;
    if (layers_began_) temperatures.first_layer = heater.waited_last ? heater.waited_last : heater.set_last;
    temperatures.other_layers = heater.set_in_layers ? heater.set_in_layers : temperatures.first_layer;
    return temperatures;
}

}  // namespace karmen::gcode
