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

/// PNG and JPEG, recognised by their first bytes, are returned as they are; QOI of at most `pixels_max` pixels is
/// converted to PNG. nullopt for anything else, and for broken QOI. Any thread.
std::optional<Picture> to_picture(std::string bytes, std::uint64_t pixels_max);

}  // namespace karmen::gcode::picture
