#include "services/thumbnails.hpp"

#include "base/error.hpp"
#include "files/seekable.hpp"
#include "gcode/archive/zip.hpp"
#include "gcode/picture/comment_text.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

namespace karmen::services {

namespace {

Error unreadable(const Thumbnails::Found& found, std::string_view why) {
    return {ErrorCode::kThumbnailUnreadable,
            PublicMessage{fmt::format("The file holds no good picture there: {}", why)},
            LogDetail{fmt::format("gcode {}, byte {}", found.content.gcode.id, found.thumbnail.offset)}};
}

/// As they were before they were put into the file.
std::optional<std::string> unpacked(Thumbnail::Encoding encoding, std::string bytes, std::uint64_t bytes_max) {
    switch (encoding) {
        case Thumbnail::Encoding::kBase64Comments:
            return gcode::picture::decode_comments(bytes);
        case Thumbnail::Encoding::kRaw:
            return bytes;
        case Thumbnail::Encoding::kZipEntry:
            return gcode::archive::inflate_entry(std::move(bytes), bytes_max);
    }
    return std::nullopt;
}

}  // namespace

Awaitable<Thumbnails::Found> Thumbnails::find(std::int64_t gcode, WantedThumbnail wanted) {
    Gcodes::Content content = co_await gcodes_.open(gcode);
    std::optional<Thumbnail> chosen;
    if (content.gcode.analysis) chosen = choose_thumbnail(content.gcode.analysis->thumbnails, wanted);
    if (!chosen)
        throw Error(ErrorCode::kThumbnailNotFound,
                    PublicMessage{content.gcode.has_thumbnail() ? "The file has no picture of this size"
                                                                : "The file has no picture"});
    co_return Found{std::move(content), std::move(*chosen)};
}

Awaitable<gcode::picture::Picture> Thumbnails::read(const Found& found) {
    co_return co_await offload(files_, [&] {
        const Thumbnail& thumbnail = found.thumbnail;
        if (thumbnail.length > limits_.bytes_max) throw unreadable(found, "it is too large");
        const gcode::SeekableFile file = files::seekable(found.content.file.file, found.content.file.size_bytes);
        auto bytes = unpacked(thumbnail.encoding, file.read(thumbnail.offset, thumbnail.length), limits_.bytes_max);
        if (!bytes) throw unreadable(found, "it cannot be decoded");
        auto picture = gcode::picture::to_picture(std::move(*bytes), limits_.pixels_max);
        if (!picture) throw unreadable(found, "it is neither PNG, JPEG nor QOI of a size that is converted");
        return std::move(*picture);
    });
}

}  // namespace karmen::services
