#include "gcode/picture/comment_text.hpp"
#include "gcode/picture/picture.hpp"
#include "gcode/picture/qoi.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace karmen::gcode::picture;

constexpr std::uint64_t kPixelsMax = 4096;

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "broken: %s\n", what);
    std::abort();
}

}  // namespace

/// The bytes are tried as the lines of a comment, as the chunks behind a good header of QOI, and as a picture.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (const auto decoded = decode_comments(bytes)) require(decoded->size() <= size, "more bytes than letters");
    for (const std::string& file : {std::string(bytes), std::string("qoif\0\0\0\7\0\0\0\11\4\0", 14).append(bytes)}) {
        const auto pixels = decode_qoi(file, kPixelsMax);
        const auto picture = to_picture(file, kPixelsMax);
        if (!pixels) continue;
        const std::uint64_t count = std::uint64_t{pixels->width} * pixels->height;
        require(count > 0 && count <= kPixelsMax, "too many pixels");
        require(pixels->bytes.size() == count * Pixels::kChannels, "not all pixels are there");
        require(picture && picture->bytes.starts_with("\x89PNG"), "no PNG was made of it");
    }
    return 0;
}
