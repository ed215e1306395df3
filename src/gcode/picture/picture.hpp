#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace karmen::gcode::picture {

/// A picture that browsers show.
struct Picture {
    std::string_view media_type;
    std::string bytes;
};

/// PNG and JPEG as they are, known by how they begin; QOI of at most `pixels_max` pixels as PNG. None for anything
/// else, and for QOI that is broken. Any thread.
std::optional<Picture> to_picture(std::string bytes, std::uint64_t pixels_max);

}  // namespace karmen::gcode::picture
