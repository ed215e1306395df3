#include "gcode/heater_commands.hpp"

#include "base/text.hpp"
#include "gcode/limits.hpp"
#include "gcode/values.hpp"

namespace karmen::gcode {

namespace {

struct Parameters {
    std::optional<double> target;       ///< S
    std::optional<double> cool_target;  ///< R: wait also when the heater is hotter
    std::optional<double> tool;         ///< T
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
    }
    return parameters;
}

}  // namespace

bool HeaterCommands::is_command(std::string_view first_four_chars) {
    return first_four_chars == "M104" || first_four_chars == "M109" || first_four_chars == "M140" ||
           first_four_chars == "M190";
}

void HeaterCommands::read(std::string_view line) {
    const std::string_view code = line.substr(0, 4);
    if (!is_command(code)) return;
    line.remove_prefix(4);
    const bool another_code = !line.empty() && ((line[0] >= '0' && line[0] <= '9') || line[0] == '.');
    if (another_code) return;
    const std::optional<Parameters> parameters = read_parameters(line);
    if (!parameters) return;

    const bool is_tool = code == "M104" || code == "M109";
    const bool waits = code == "M109" || code == "M190";
    if (is_tool && parameters->tool.value_or(0) != 0) {
        several_tools_ = true;
        return;
    }
    const std::optional<double> target = waits && !parameters->target ? parameters->cool_target : parameters->target;
    Heater& heater = is_tool ? tool0_ : bed_;
    if (layers_began_) {
        keep_first(heater.set_in_layers, target, kTemperatureMax);
        return;
    }
    keep_first(heater.set_first, target, kTemperatureMax);
    if (waits) keep_last(heater.waited_last, target, kTemperatureMax);
}

HeaterCommands::Temperatures HeaterCommands::tool0() const {
    Temperatures temperatures = of(tool0_);
    if (several_tools_) temperatures.other_layers = temperatures.first_layer;
    return temperatures;
}

HeaterCommands::Temperatures HeaterCommands::bed() const {
    return of(bed_);
}

HeaterCommands::Temperatures HeaterCommands::of(const Heater& heater) const {
    Temperatures temperatures;
    temperatures.first_layer = layers_began_ && heater.waited_last ? heater.waited_last : heater.set_first;
    temperatures.other_layers = heater.set_in_layers ? heater.set_in_layers : temperatures.first_layer;
    return temperatures;
}

}  // namespace karmen::gcode
