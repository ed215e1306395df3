#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace karmen::gcode::picture {

/// The bytes that slicers write into comments: lines of `; ` and base64 (RFC 4648 §4; the padding may be missing).
/// Empty lines and blanks around the letters are ignored. nullopt if a line is not a comment, or not base64.
std::optional<std::string> decode_comments(std::string_view lines);

}  // namespace karmen::gcode::picture
