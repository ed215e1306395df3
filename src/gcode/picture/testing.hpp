#pragma once

#include <cstdint>
#include <string>

/// For tests only.
namespace karmen::gcode::picture {

inline const std::string kQoiEnd = std::string(7, '\0') + '\1';

inline std::string qoi_header(std::uint32_t width, std::uint32_t height, char channels = 4) {
    std::string header = "qoif";
    for (const std::uint32_t side : {width, height})
        for (int shift = 24; shift >= 0; shift -= 8) header += static_cast<char>(side >> shift & 0xFF);
    return header + channels + '\0';
}

}  // namespace karmen::gcode::picture
