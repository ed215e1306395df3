#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace karmen {

/// How a file holds its g-code. The end of its name tells, in any letter case, as it does for slicers and printers.
enum class GcodeFormat {
    kText,     ///< `.gco`, `.gcode`, `.g`
    kBinary,   ///< `.bgcode`: binary g-code, as Prusa's slicer and printers have it
    kArchive,  ///< `.gcode.3mf`: a zip archive that holds the g-code of sliced plates, as Bambu Lab's printers have it
};

/// For messages: every ending.
inline constexpr std::string_view kGcodeEndings = ".gco, .gcode, .g, .bgcode or .gcode.3mf";

/// The end of a name that tells the format, in the letters of the name; empty if it is not the name of a g-code.
std::string_view gcode_ending(std::string_view filename);
std::optional<GcodeFormat> gcode_format(std::string_view filename);
/// The format of a stored file; names with other endings, from old rows, count as text.
GcodeFormat stored_format(std::string_view filename);

/// Why printers of a kind (PrinterClient::name) do not print files of that format, as a clause for people; nullopt if
/// they do.
std::optional<std::string> print_obstacle(std::string_view kind, GcodeFormat format);

}  // namespace karmen
