#include "gcode/binary/inflate.hpp"
#include "gcode/binary/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace karmen::gcode::binary;

constexpr Limits kLimits{.block_bytes_max = 4096, .bytes_max = 16384};

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "broken: %s\n", what);
    std::abort();
}

/// All that is told of a file, in pieces of `piece` bytes.
std::string read(std::string_view file, std::size_t piece) {
    std::string told;
    const std::string_view whole = file;
    Reader reader({.on_metadata =
                       [&](BlockType block, std::string_view key, std::string_view value) {
                           told += fmt::format("{} {}={}\n", static_cast<unsigned>(block), key, value);
                       },
                   .on_thumbnail =
                       [&](const karmen::Thumbnail& picture) {
                           require(picture.offset + picture.length <= whole.size(), "a picture is outside");
                           told += fmt::format("{}x{} at {}\n", picture.width, picture.height, picture.offset);
                       }},
                  kLimits);
    while (!file.empty()) {
        const std::string_view part = file.substr(0, piece);
        reader.feed(part);
        file.remove_prefix(part.size());
    }
    reader.finish();
    require(told.size() <= 4 * (kLimits.bytes_max + whole.size()), "too much was told");
    return told + reader.problem();
}

void unpack(std::string_view packed, std::size_t size) {
    for (const unsigned window : {11U, 12U})
        if (const auto text = unshrink(packed, size, window, 4)) require(text->size() == size, "a wrong size");
    if (const auto text = inflate(packed, size)) require(text->size() == size, "a wrong size");
}

}  // namespace

/// The first byte chooses how the rest is cut. The rest is a file, and what stands in a file without checksums behind
/// its header, since no mutation makes a right checksum; and packed data.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::size_t piece = data[0] % 64 + 1;
    const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    static constexpr std::string_view kHeader("GCDE\1\0\0\0\0\0", 10);
    for (const std::string& file : {std::string(rest), std::string(kHeader) + std::string(rest)})
        require(read(file, piece) == read(file, file.size() + 1), "the pieces matter");
    unpack(rest, piece * 16);
    return 0;
}
