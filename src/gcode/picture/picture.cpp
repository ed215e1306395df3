#include "gcode/picture/picture.hpp"

#include "gcode/picture/png.hpp"
#include "gcode/picture/qoi.hpp"

#include <utility>

namespace karmen::gcode::picture {

namespace {

constexpr std::string_view kPngMagic = "\x89PNG\r\n\x1A\n";
constexpr std::string_view kJpegMagic = "\xFF\xD8\xFF";
constexpr std::string_view kPng = "image/png";
constexpr std::string_view kJpeg = "image/jpeg";

}  // namespace

std::optional<Picture> to_picture(std::string bytes, std::uint64_t pixels_max) {
    if (bytes.starts_with(kPngMagic)) return Picture{kPng, std::move(bytes)};
    if (bytes.starts_with(kJpegMagic)) return Picture{kJpeg, std::move(bytes)};
    const auto pixels = decode_qoi(bytes, pixels_max);
    if (!pixels) return std::nullopt;
    auto png = encode_png(*pixels);
    if (!png) return std::nullopt;
    return Picture{kPng, std::move(*png)};
}

}  // namespace karmen::gcode::picture
