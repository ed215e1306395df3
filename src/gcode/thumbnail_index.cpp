#include "gcode/thumbnail_index.hpp"

#include "gcode/limits.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace karmen::gcode {

namespace {

/// 1 to kThumbnailSideMax.
std::optional<unsigned> take_side(std::string_view& text) {
    unsigned side = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), side);
    if (error != std::errc{} || side == 0 || side > kThumbnailSideMax) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return side;
}

}  // namespace

void ThumbnailIndex::begin(Thumbnail::Format format, std::string_view size, std::uint64_t end_of_line) {
    open_.reset();
    const auto width = take_side(size);
    if (!width || size.find_first_of("xX* ") != 0) return;
    size.remove_prefix(1);
    const auto height = take_side(size);
    if (!height || !(size.empty() || size.starts_with(' '))) return;
    open_ = Thumbnail{.width = *width, .height = *height, .format = format, .offset = end_of_line};
}

void ThumbnailIndex::end(std::uint64_t begin_of_line) {
    std::optional<Thumbnail> picture = std::exchange(open_, std::nullopt);
    if (!picture || found_.size() == kThumbnailsMax) return;
    picture->length = begin_of_line - picture->offset;
    if (picture->length <= kThumbnailBytesMax) found_.push_back(std::move(*picture));
}

}  // namespace karmen::gcode
