#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace karmen::gcode::picture {

/// Rows from the top, four bytes for each pixel: red, green, blue, alpha (not premultiplied).
struct Pixels {
    static constexpr std::size_t kChannels = 4;

    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::string bytes;
};

/// Reads a "Quite OK Image" (https://qoiformat.org/qoi-specification.pdf). nullopt if it is not such a picture, is cut,
/// or has more than `pixels_max` pixels. The memory depends on the number of pixels that the file declares, not on the
/// size of the file.
std::optional<Pixels> decode_qoi(std::string_view file, std::uint64_t pixels_max);

}  // namespace karmen::gcode::picture
