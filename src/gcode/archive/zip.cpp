#include "gcode/archive/zip.hpp"

#include "gcode/little_endian.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <zlib.h>

namespace karmen::gcode::archive {

namespace {

constexpr std::string_view kEntryMark("PK\3\4", 4);
constexpr std::string_view kDirectoryMark("PK\1\2", 4);
constexpr std::string_view kEndMark("PK\5\6", 4);
constexpr std::string_view kEnd64Mark("PK\6\6", 4);
constexpr std::string_view kLocatorMark("PK\6\7", 4);

constexpr std::size_t kEntryBytes = 30;
constexpr std::size_t kDirectoryEntryBytes = 46;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kEnd64Bytes = 56;
constexpr std::size_t kLocatorBytes = 20;
constexpr std::size_t kCommentMaxBytes = 0xffff;
constexpr std::uint16_t kZip64Field = 1;
constexpr std::uint32_t kIn64Bits = 0xffffffff;

constexpr std::uint16_t kEncrypted = 1;
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;

constexpr std::size_t kPieceBytes = 64 * 1024;

std::string damaged(std::string_view what) {
    return fmt::format("the zip archive cannot be read: {}", what);
}
std::unexpected<std::string> fail(std::string_view what) {
    return std::unexpected(damaged(what));
}
std::string entry_damaged(const Entry& entry, std::string_view what) {
    return damaged(fmt::format("{} {}", entry.name, what));
}

/// Where the directory is.
struct Place {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

/// The bytes of the second end, which has 64-bit numbers; empty if there is none.
std::string read_end64(const SeekableFile& file, std::uint64_t end_offset) {
    if (end_offset < kLocatorBytes) return {};
    const std::string locator = file.read(end_offset - kLocatorBytes, kLocatorBytes);
    if (!locator.starts_with(kLocatorMark)) return {};
    std::string end = file.read(u64(locator, 8), kEnd64Bytes);
    return end.size() == kEnd64Bytes && end.starts_with(kEnd64Mark) ? end : std::string();
}

std::expected<Place, std::string> find_directory(const SeekableFile& file) {
    const std::uint64_t tail_size = std::min<std::uint64_t>(file.size_bytes, kEndBytes + kCommentMaxBytes);
    const std::uint64_t tail_offset = file.size_bytes - tail_size;
    const std::string tail = file.read(tail_offset, static_cast<std::size_t>(tail_size));
    if (tail.size() < kEndBytes) return fail("it is too short");
    const std::size_t end = tail.rfind(kEndMark, tail.size() - kEndBytes);
    if (end == std::string::npos) return fail("its end is missing");
    Place place{.offset = u32(tail, end + 16), .size = u32(tail, end + 12)};
    if (const std::string end64 = read_end64(file, tail_offset + end); !end64.empty())
        place = {.offset = u64(end64, 48), .size = u64(end64, 40)};
    if (place.offset > file.size_bytes || place.size > file.size_bytes - place.offset)
        return fail("its directory is outside of it");
    if (place.size > kDirectoryMaxBytes) return fail("its directory is too large");
    return place;
}

/// Takes the numbers that have 64 bits from the extra field. False if they are not there.
bool read_zip64(Entry& entry, std::string_view extra) {
    while (extra.size() >= 4) {
        const std::uint16_t id = u16(extra, 0);
        const std::size_t size = u16(extra, 2);
        extra.remove_prefix(4);
        if (size > extra.size()) return false;
        if (id != kZip64Field) {
            extra.remove_prefix(size);
            continue;
        }
        std::string_view field = extra.substr(0, size);
        for (std::uint64_t* const number : {&entry.size, &entry.packed_size, &entry.offset}) {
            if (*number != kIn64Bits) continue;
            if (field.size() < 8) return false;
            *number = u64(field, 0);
            field.remove_prefix(8);
        }
        return true;
    }
    return false;
}

/// Reads the entry that `directory` begins with and removes it.
std::expected<Entry, std::string> take_entry(std::string_view& directory) {
    if (directory.size() < kDirectoryEntryBytes || !directory.starts_with(kDirectoryMark))
        return fail("its directory is damaged");
    const std::size_t name_size = u16(directory, 28);
    const std::size_t extra_size = u16(directory, 30);
    const std::size_t comment_size = u16(directory, 32);
    Entry entry{.name = {},
                .flags = u16(directory, 8),
                .method = u16(directory, 10),
                .crc32 = u32(directory, 16),
                .packed_size = u32(directory, 20),
                .size = u32(directory, 24),
                .offset = u32(directory, 42)};
    directory.remove_prefix(kDirectoryEntryBytes);
    if (name_size + extra_size + comment_size > directory.size()) return fail("its directory is damaged");
    entry.name = directory.substr(0, name_size);
    const bool has_64_bits = entry.size == kIn64Bits || entry.packed_size == kIn64Bits || entry.offset == kIn64Bits;
    if (has_64_bits && !read_zip64(entry, directory.substr(name_size, extra_size)))
        return fail("its directory is damaged");
    directory.remove_prefix(name_size + extra_size + comment_size);
    return entry;
}

/// Passes the content on, and keeps its size and checksum.
class Output {
  public:
    Output(const Entry& entry, const std::function<void(std::span<const char>)>& use) : entry_(entry), use_(use) {}

    /// False if it exceeds the size of the entry.
    bool put(std::span<const char> bytes) {
        if (bytes.size() > entry_.size - made_) return false;
        made_ += bytes.size();
        crc32_ =
            static_cast<std::uint32_t>(::crc32_z(crc32_, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
        use_(bytes);
        return true;
    }
    bool is_right() const { return made_ == entry_.size && crc32_ == entry_.crc32; }

  private:
    const Entry& entry_;
    const std::function<void(std::span<const char>)>& use_;
    std::uint64_t made_ = 0;
    std::uint32_t crc32_ = 0;
};

/// Undoes DEFLATE without a wrapping (RFC 1951).
class Inflater {
  public:
    Inflater() { is_ready_ = ::inflateInit2(&stream_, -MAX_WBITS) == Z_OK; }
    ~Inflater() { ::inflateEnd(&stream_); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    bool has_ended() const { return result_ == Z_STREAM_END; }

    /// False if the data is damaged, or `put` does not take what it makes.
    bool feed(std::string& packed, const std::function<bool(std::span<const char>)>& put) {
        if (!is_ready_) return false;
        stream_.next_in = reinterpret_cast<Bytef*>(packed.data());
        stream_.avail_in = static_cast<uInt>(packed.size());
        do {
            stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
            stream_.avail_out = static_cast<uInt>(buffer_.size());
            result_ = ::inflate(&stream_, Z_NO_FLUSH);
            if (result_ != Z_OK && result_ != Z_STREAM_END && result_ != Z_BUF_ERROR) return false;
            if (!put(std::span<const char>(buffer_).first(buffer_.size() - stream_.avail_out))) return false;
        } while (stream_.avail_out == 0 && result_ != Z_STREAM_END);
        return true;
    }

  private:
    z_stream stream_{};
    bool is_ready_ = false;
    int result_ = Z_OK;
    std::string buffer_ = std::string(4 * kPieceBytes, '\0');
};

}  // namespace

std::expected<std::vector<Entry>, std::string> read_directory(const SeekableFile& file) {
    const auto place = find_directory(file);
    if (!place) return std::unexpected(place.error());
    const std::string bytes = file.read(place->offset, static_cast<std::size_t>(place->size));
    std::vector<Entry> entries;
    for (std::string_view rest = bytes; !rest.empty();) {
        auto entry = take_entry(rest);
        if (!entry) return std::unexpected(std::move(entry.error()));
        entries.push_back(std::move(*entry));
    }
    return entries;
}

bool is_stored(const Entry& entry) {
    return entry.method == kStored;
}

std::optional<std::string> inflate_entry(std::string packed, std::size_t size_max) {
    std::string content;
    const std::function<bool(std::span<const char>)> append = [&](std::span<const char> bytes) {
        if (bytes.size() > size_max - content.size()) return false;
        content.append(bytes.begin(), bytes.end());
        return true;
    };
    Inflater inflater;
    if (!inflater.feed(packed, append) || !inflater.has_ended()) return std::nullopt;
    return content;
}

std::expected<std::uint64_t, std::string> data_offset(const SeekableFile& file, const Entry& entry) {
    const std::string head = entry.offset < file.size_bytes ? file.read(entry.offset, kEntryBytes) : std::string();
    if (head.size() < kEntryBytes || !head.starts_with(kEntryMark))
        return std::unexpected(entry_damaged(entry, "is not where its directory says"));
    const std::uint64_t offset = entry.offset + kEntryBytes + u16(head, 26) + u16(head, 28);
    if (offset > file.size_bytes || entry.packed_size > file.size_bytes - offset)
        return std::unexpected(entry_damaged(entry, "is cut"));
    return offset;
}

std::optional<std::string> unpack(const SeekableFile& file, const Entry& entry,
                                  const std::function<void(std::span<const char>)>& use) {
    if ((entry.flags & kEncrypted) != 0) return entry_damaged(entry, "is encrypted");
    if (entry.method != kStored && entry.method != kDeflated)
        return entry_damaged(entry, fmt::format("has the compression {}, which is not known", entry.method));
    const auto offset = data_offset(file, entry);
    if (!offset) return offset.error();

    Output output(entry, use);
    const std::function<bool(std::span<const char>)> put = [&](std::span<const char> bytes) {
        return output.put(bytes);
    };
    Inflater inflater;
    for (std::uint64_t at = 0; at < entry.packed_size && !inflater.has_ended();) {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(entry.packed_size - at, kPieceBytes));
        std::string piece = file.read(*offset + at, count);
        if (piece.size() < count) return entry_damaged(entry, "is cut");
        at += count;
        if (!(is_stored(entry) ? output.put(piece) : inflater.feed(piece, put)))
            return entry_damaged(entry, "is damaged");
    }
    if (!output.is_right() || (!is_stored(entry) && !inflater.has_ended())) return entry_damaged(entry, "is damaged");
    return std::nullopt;
}

}  // namespace karmen::gcode::archive
