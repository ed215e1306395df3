#include "gcode/archive/plates.hpp"

#include "base/text.hpp"
#include "gcode/archive/zip.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>

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

/// None if there is no g-code in the archive.
const Entry* first_plate(const std::vector<Entry>& entries) {
    const Entry* first = nullptr;
    std::optional<std::int64_t> lowest;
    for (const Entry& entry : entries) {
        const auto plate = plate_of(entry.name);
        if (!plate || (lowest && *lowest <= *plate)) continue;
        lowest = plate;
        first = &entry;
    }
    return first;
}

}  // namespace

std::string read_first_plate(const SeekableFile& file, std::uint64_t unpacked_bytes_max,
                             const std::function<void(std::span<const char>)>& use) {
    const auto entries = read_directory(file);
    if (!entries) return entries.error();
    const Entry* const plate = first_plate(*entries);
    if (plate == nullptr) return "there is no G-code in the archive: it holds a project that was not sliced";
    if (plate->size > unpacked_bytes_max)
        return fmt::format("{} has {} bytes; files.unpacked_max_bytes allows {}", plate->name, plate->size,
                           unpacked_bytes_max);
    return unpack(file, *plate, use).value_or("");
}

}  // namespace karmen::gcode::archive
