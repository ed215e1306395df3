#pragma once

#include <optional>
#include <string_view>

namespace karmen::gcode {

/// Temperatures from the commands of a file, for slicers that write none into comments (Cura, Simplify3D, ideaMaker):
/// M104/M109 of tool 0 and M140/M190, their S parameter (R too where the printer waits), zero and malformed ones left
/// out.
///
/// First layer: what the file waited for last before its first layer began, since a probing or preheating temperature
/// comes before the real one; the first temperature set when it waited for none, or when no comment says where layers
/// begin. Other layers: the first temperature set after the first layer began, else the one of the first layer. With
/// more than one tool that first change may be tool 0's standby temperature, so it is not believed.
class HeaterCommands {
  public:
    struct Temperatures {
        std::optional<double> first_layer;
        std::optional<double> other_layers;
    };

    /// Whether a line that begins so is of interest.
    static bool is_command(std::string_view first_four_chars);

    /// A whole line that begins with M.
    void read(std::string_view line);
    void layers_begin() { layers_began_ = true; }

    Temperatures tool0() const;
    Temperatures bed() const;

  private:
    struct Heater {
        std::optional<double> set_first;
        std::optional<double> waited_last;
        std::optional<double> set_in_layers;
    };

    Temperatures of(const Heater& heater) const;

    Heater tool0_;
    Heater bed_;
    bool layers_began_ = false;
    bool several_tools_ = false;
};

}  // namespace karmen::gcode
