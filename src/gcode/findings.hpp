#pragma once

#include "domain/gcode.hpp"
#include "gcode/heater_commands.hpp"
#include "gcode/per_tool.hpp"
#include "gcode/thumbnail_index.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace karmen::gcode {

/// The print beds that OrcaSlicer, Bambu Studio and Creality Print name; each filament has a temperature for every one
/// of them.
enum class Plate {
    kHot,
    kTextured,
    kCool,
    kEngineering,
    kTexturedCool,
    kSupertack,
    kCustomized,
    kEpoxyResin,
    kUnknown,  ///< a name that is not in the list
};
inline constexpr std::size_t kPlates = 8;  ///< with a name

/// The comments that Slic3r writes per extruder without a number, one below the other or as one list.
class ExtruderRun {
  public:
    /// The volume is that of all these lengths.
    void add(const std::vector<double>& lengths_mm, std::optional<double> volume_cm3);
    /// Another known comment came: what comes now belongs to another list.
    void end() { ended_ = !lengths_mm_.empty(); }

    const ToolAmounts& lengths_mm() const { return lengths_mm_; }
    std::optional<double> volume_cm3() const { return volume_cm3_; }
    /// Empty if one volume stands for several tools.
    const ToolAmounts& volumes_cm3() const { return volumes_cm3_; }

  private:
    ToolAmounts lengths_mm_;
    ToolAmounts volumes_cm3_;
    std::optional<double> volume_cm3_;
    bool has_volume_per_tool_ = true;
    bool ended_ = false;
};

/// The facts of the lines read so far. Filled by comment_rules and the commands; result() decides which of several
/// sources wins.
struct Findings {
    GcodeAnalysis direct;  ///< facts that stand in one comment

    ToolAmounts list_lengths_mm;  ///< in one comment
    ToolAmounts list_volumes_cm3;
    ToolAmounts tool_lengths_mm;  ///< in a comment per tool
    ToolAmounts tool_volumes_cm3;
    ExtruderRun slic3r_filament;
    /// Bambu Studio: its lists of amounts have an entry for each of these tools only (0-based).
    std::vector<unsigned> listed_tools;

    PerTool<std::string> types;
    PerTool<double> nozzle_mm;
    PerTool<double> temperature;
    PerTool<double> temperature_first;
    PerTool<double> bed;
    PerTool<double> bed_first;
    std::optional<Plate> plate;
    std::array<PerTool<double>, kPlates> plate_bed;
    std::array<PerTool<double>, kPlates> plate_bed_first;

    /// `slicer` holds a name whose version stands in a comment of its own, which has not come yet.
    bool slicer_awaits_version = false;
    /// KISSlicer: the tool whose material settings follow.
    unsigned settings_tool = 0;

    std::optional<double> cura_elapsed_s;  ///< the last `;TIME_ELAPSED:`
    bool cura_knows_no_time = false;       ///< the header's time and amounts are placeholders

    ThumbnailIndex thumbnails;
    /// Where the comment that is read stands in the file; set by the reader.
    struct Line {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;  ///< of its text, so where its line end begins
    } line;

    HeaterCommands heaters;
    /// Set by a comment that begins a layer, taken back by the reader.
    bool layer_began = false;
    /// Whether the reader still reads the beginnings of layers closely.
    bool layers_are_read = true;
    /// Set by the handler of a comment when no other comment of its kind can say anything new; taken back by
    /// CommentRules.
    bool settled = false;

    GcodeAnalysis result() const;
};

}  // namespace karmen::gcode
