#include "gcode/picture/png.hpp"

#include <png.h>

namespace karmen::gcode::picture {

std::optional<std::string> encode_png(const Pixels& pixels) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = pixels.width;
    image.height = pixels.height;
    image.format = PNG_FORMAT_RGBA;
    // Made for one answer, so what it takes to make counts for more than its size.
    image.flags = PNG_IMAGE_FLAG_FAST;
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    std::string file(size, '\0');
    if (png_image_write_to_memory(&image, file.data(), &size, 0, pixels.bytes.data(), 0, nullptr) == 0)
        return std::nullopt;
    file.resize(size);
    file.shrink_to_fit();
    return file;
}

}  // namespace karmen::gcode::picture
