#pragma once

#include <map>
#include <optional>
#include <set>
#include <string_view>

namespace karmen::gcode {

/// Temperatures and tools from the commands of a file, for slicers that do not write them into comments (Cura,
/// Simplify3D, ideaMaker): M104/M109 and M140/M190, RepRapFirmware's M568 and `G10 P`, Klipper's SET_HEATER_TEMPERATURE
/// and the parameters of a start macro (`START_PRINT BED_TEMP=60 EXTRUDER_TEMP=215`). The value is S (or R in commands
/// that wait); zero and malformed values are ignored. A command without T is for the selected tool.
///
/// First layer: the last temperature that the file waited for before its first layer began, because temperatures for
/// probing or preheating come before the real one; if there is none, the last temperature set before that. If no
/// comment says where layers begin, the last temperature may be for the end of the print, so the first one counts.
/// Other layers: the first temperature set after the first layer began; if there is none, that of the first layer. If
/// several tools print, this first change may be a standby temperature, so only a temperature that the file waits for
/// counts.
class HeaterCommands {
  public:
    struct Temperatures {
        std::optional<double> first_layer;
        std::optional<double> other_layers;
    };

    /// Whether an M command that begins so is of interest.
    static bool is_command(std::string_view first_four_chars);

    /// A whole line that begins with M, T, G10 or the name of a macro.
    void read(std::string_view line);
    void layers_begin() { layers_began_ = true; }
    /// The selected tool extrudes.
    void on_extrusion();

    Temperatures tool(unsigned index, bool several_tools_print) const;
    Temperatures bed() const;

    bool in_layers() const { return layers_began_; }
    /// Those that extruded in a layer.
    const std::set<unsigned>& tools_in_layers() const { return tools_in_layers_; }
    /// Whether a command was for a tool other than 0.
    bool knows_other_tools() const { return knows_other_tools_; }
    /// The tool that extruded first, if any did.
    std::optional<unsigned> first_extruder() const { return first_extruder_; }

  private:
    struct Heater {
        std::optional<double> set_first;
        std::optional<double> set_last;
        std::optional<double> waited_last;
        std::optional<double> set_in_layers;
        std::optional<double> waited_in_layers;
    };

    void read_m_command(std::string_view line);
    void read_tool_offset(std::string_view line);
    void read_macro(std::string_view line);
    void select(std::string_view number);
    void set_tool(std::optional<double> tool, std::optional<double> target, bool waits);
    void set(Heater& heater, std::optional<double> target, bool waits);
    Temperatures of(const Heater& heater) const;

    std::map<unsigned, Heater> tools_;
    Heater bed_;
    unsigned selected_ = 0;
    bool layers_began_ = false;
    bool knows_other_tools_ = false;
    std::optional<unsigned> first_extruder_;
    std::set<unsigned> tools_in_layers_;
};

}  // namespace karmen::gcode
