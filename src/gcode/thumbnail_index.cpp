#include "gcode/thumbnail_index.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace karmen::gcode {

namespace {

bool is_side(unsigned pixels) {
    return pixels > 0 && pixels <= kThumbnailSideMax;
}

std::optional<unsigned> take_side(std::string_view& text) {
    unsigned side = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), side);
    if (error != std::errc{} || !is_side(side)) return std::nullopt;
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
    if (!picture) return;
    picture->length = begin_of_line - picture->offset;
    add(std::move(*picture));
}

void ThumbnailIndex::add(Thumbnail picture) {
    if (found_.size() < limits_.thumbnails_max && picture.length <= limits_.thumbnail_bytes_max &&
        is_side(picture.width) && is_side(picture.height))
        found_.push_back(std::move(picture));
}

}  // namespace karmen::gcode
