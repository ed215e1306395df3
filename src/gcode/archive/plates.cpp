#include "gcode/archive/plates.hpp"

#include "base/text.hpp"
#include "gcode/archive/zip.hpp"
#include "gcode/thumbnail_index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace karmen::gcode::archive {

namespace {

/// `Metadata/plate_12.gcode` is 12.
std::optional<std::int64_t> plate_of(std::string_view name) {
    static constexpr std::string_view kBegin = "Metadata/plate_";
    static constexpr std::string_view kEnd = ".gcode";
    if (name.size() < kBegin.size() + kEnd.size() || !name.starts_with(kBegin) || !name.ends_with(kEnd))
        return std::nullopt;
    name.remove_prefix(kBegin.size());
    name.remove_suffix(kEnd.size());
    if (name.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    return parse_int(name);
}

/// Where the entry of the first plate's g-code is. `entries.end()`: nowhere.
std::vector<Entry>::const_iterator first_plate(const std::vector<Entry>& entries) {
    auto first = entries.end();
    std::optional<std::int64_t> lowest;
    for (auto entry = entries.begin(); entry != entries.end(); ++entry) {
        const auto plate = plate_of(entry->name);
        if (!plate || (lowest && *lowest <= *plate)) continue;
        lowest = plate;
        first = entry;
    }
    return first;
}

std::uint32_t big_endian(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

/// PNG (RFC 2083): 8 bytes, then the length and the name of the first chunk, width, height.
std::optional<Thumbnail> picture_of(const SeekableFile& file, const Entry& entry) {
    static constexpr std::string_view kSignature = "\x89PNG\r\n\x1A\n";
    static constexpr std::size_t kHeadBytes = 24;
    std::string png;
    const auto problem =
        unpack(file, entry, [&](std::span<const char> bytes) { png.append(bytes.begin(), bytes.end()); });
    if (problem || png.size() < kHeadBytes || !png.starts_with(kSignature)) return std::nullopt;
    const auto offset = data_offset(file, entry);
    if (!offset) return std::nullopt;
    Thumbnail picture{.width = big_endian(png, 16),
                      .height = big_endian(png, 20),
                      .format = Thumbnail::Format::kPng,
                      .encoding = Thumbnail::Encoding::kRaw,
                      .offset = *offset,
                      .length = entry.packed_size};
    if (!is_stored(entry)) {
        picture.encoding = Thumbnail::Encoding::kZipEntry;
        picture.entry = entry.name;
    }
    return picture;
}

std::vector<Thumbnail> pictures_of(const SeekableFile& file, const std::vector<Entry>& entries, const Entry& plate,
                                   const AnalysisLimits& limits) {
    const std::string name = plate.name.substr(0, plate.name.rfind('.'));
    ThumbnailIndex pictures(limits);
    for (const std::string& wanted : {name + ".png", name + "_small.png"}) {
        const auto entry = std::ranges::find(entries, wanted, &Entry::name);
        if (entry == entries.end() || entry->size > limits.thumbnail_bytes_max) continue;
        if (auto picture = picture_of(file, *entry)) pictures.add(std::move(*picture));
    }
    return pictures.found();
}

}  // namespace

std::expected<std::vector<Thumbnail>, std::string> read_first_plate(
    const SeekableFile& file, const AnalysisLimits& limits, const std::function<void(std::span<const char>)>& use) {
    const auto entries = read_directory(file);
    if (!entries) return std::unexpected(entries.error());
    const auto plate = first_plate(*entries);
    if (plate == entries->end())
        return std::unexpected("there is no G-code in the archive: it holds a project that was not sliced");
    if (plate->size > limits.unpacked_bytes_max)
        return std::unexpected(fmt::format("{} has {} bytes; files.unpacked_max_bytes allows {}", plate->name,
                                           plate->size, limits.unpacked_bytes_max));
    if (auto problem = unpack(file, *plate, use)) return std::unexpected(std::move(*problem));
    return pictures_of(file, *entries, *plate, limits);
}

}  // namespace karmen::gcode::archive
