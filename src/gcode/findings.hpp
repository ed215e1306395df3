#pragma once

#include "domain/gcode.hpp"
#include "gcode/heater_commands.hpp"

#include <array>
#include <optional>
#include <string>

namespace karmen::gcode {

/// The print beds that OrcaSlicer and Bambu Studio know; each filament has a temperature for every one of them. The
/// order is the order of preference for a file that does not say which bed is used.
enum class Plate { kHot, kTextured, kCool, kEngineering, kTexturedCool, kSupertack };
inline constexpr std::size_t kPlates = 6;

/// An amount that stands in one comment per tool, in rising order. A second list in the same file is not added.
class ToolSum {
  public:
    void add(unsigned tool, double amount);
    std::optional<double> sum() const { return sum_; }

  private:
    std::optional<double> sum_;
    unsigned next_tool_ = 0;
};

/// The comments that Slic3r writes per extruder without a number, one below the other.
class ExtruderRun {
  public:
    void add(double length_mm, std::optional<double> volume_cm3);
    /// Another known comment came: what follows belongs to another list.
    void end() { ended_ = length_mm_.has_value(); }

    std::optional<double> length_mm() const { return length_mm_; }
    std::optional<double> volume_cm3() const { return volume_cm3_; }

  private:
    std::optional<double> length_mm_;
    std::optional<double> volume_cm3_;
    bool ended_ = false;
};

/// What the lines read so far said. Filled by comment_rules; result() settles which of several sources wins.
struct Findings {
    GcodeAnalysis direct;  ///< facts that stand in one comment

    ToolSum tool_length_mm;
    ToolSum tool_volume_cm3;
    ExtruderRun slic3r_filament;

    /// `slicer` holds a name whose version stands in a comment of its own, which has not come yet.
    bool slicer_awaits_version = false;

    std::optional<double> cura_elapsed_s;  ///< the last `;TIME_ELAPSED:`

    std::optional<Plate> plate;
    std::array<std::optional<double>, kPlates> plate_bed;
    std::array<std::optional<double>, kPlates> plate_bed_first;

    HeaterCommands heaters;

    GcodeAnalysis result() const;
};

}  // namespace karmen::gcode
