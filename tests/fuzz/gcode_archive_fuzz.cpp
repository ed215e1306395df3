#include "gcode/archive/plates.hpp"
#include "gcode/archive/testing.hpp"
#include "gcode/archive/zip.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace karmen::gcode::archive;
using karmen::gcode::SeekableFile;

constexpr std::uint64_t kUnpackedMax = 64 * 1024;

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "broken: %s\n", what);
    std::abort();
}

/// No more comes out of an entry than it says, and exactly that if nothing is wrong with it.
void unpack_all(const SeekableFile& file) {
    const auto entries = read_directory(file);
    if (!entries) return;
    for (const Entry& entry : *entries) {
        if (entry.size > kUnpackedMax) continue;
        std::uint64_t given = 0;
        const auto problem = unpack(file, entry, [&](std::span<const char> bytes) {
            given += bytes.size();
            require(given <= entry.size, "more was unpacked than the entry says");
        });
        require(problem || given == entry.size, "less was unpacked than the entry says");
    }
}

void read(std::string_view archive) {
    const SeekableFile file = seekable(archive);
    unpack_all(file);
    std::uint64_t given = 0;
    const auto pictures = read_first_plate(file, {.unpacked_bytes_max = kUnpackedMax},
                                           [&](std::span<const char> bytes) { given += bytes.size(); });
    require(given <= kUnpackedMax, "more was unpacked than is allowed");
    if (!pictures) return;
    for (const auto& picture : *pictures)
        require(picture.offset + picture.length <= archive.size(), "a picture is outside");
}

}  // namespace

/// The input is an archive, and the packed content of a plate in a sound one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    read(input);
    const std::string packed(input);
    // Stored as it is, called deflated.
    std::string archive = zip({{.name = "Metadata/plate_1.gcode", .content = packed, .method = 0}});
    const std::size_t entry = archive.find("PK\1\2", 30 + packed.size());
    if (entry != std::string::npos) archive[entry + 10] = 8;
    read(archive);
    return 0;
}
