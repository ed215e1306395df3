#pragma once

#include "gcode/binary/testing.hpp"
#include "gcode/seekable_file.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>
#include <zlib.h>

/// Zip archives for tests, made entry by entry.
namespace karmen::gcode::archive {

using binary::little;

enum class Numbers { k32Bits, k64Bits };

/// A file in an archive. What is set beside the name and the content stands there instead of what is true.
struct Content {
    std::string name;
    std::string content;
    unsigned method = 8;
    unsigned flags = 0;
    std::size_t size = content.size();
    unsigned long crc32 = ::crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size());
};

/// RFC 1951, as entries of archives have it: without the two bytes before and the four behind it that zlib adds.
inline std::string raw_deflated(const std::string& text) {
    const std::string wrapped = binary::deflated(text);
    return wrapped.substr(2, wrapped.size() - 6);
}

/// The entry and its line in the directory.
struct EntryText {
    std::string entry;
    std::string directory;
};

inline EntryText entry_text(const Content& from, std::size_t offset, Numbers numbers) {
    const std::string data = from.method == 8 ? raw_deflated(from.content) : from.content;
    const std::string facts =
        little(20, 2) + little(from.flags, 2) + little(from.method, 2) + little(0, 4) + little(from.crc32, 4);
    const bool is_64 = numbers == Numbers::k64Bits;
    const auto number = [&](std::size_t value) { return little(is_64 ? 0xffffffff : value, 4); };
    const std::string extra = is_64 ? little(9, 2) + little(2, 2) + "xx" + little(1, 2) + little(24, 2) +
                                          little(from.size, 8) + little(data.size(), 8) + little(offset, 8)
                                    : "";
    const std::string sizes = number(data.size()) + number(from.size) + little(from.name.size(), 2);
    return {.entry = "PK\3\4" + facts + sizes + little(0, 2) + from.name + data,
            .directory = "PK\1\2" + little(20, 2) + facts + sizes + little(extra.size(), 2) + little(0, 2) +
                         little(0, 8) + number(offset) + from.name + extra};
}

inline std::string zip(const std::vector<Content>& contents, Numbers numbers = Numbers::k32Bits,
                       const std::string& comment = "") {
    std::string text;
    std::string directory;
    for (const Content& content : contents) {
        const EntryText made = entry_text(content, text.size(), numbers);
        text += made.entry;
        directory += made.directory;
    }
    const std::size_t offset = text.size();
    text += directory;
    const std::size_t end64 = text.size();
    const bool is_64 = numbers == Numbers::k64Bits;
    if (is_64)
        text += "PK\6\6" + little(44, 8) + little(45, 2) + little(45, 2) + little(0, 8) + little(contents.size(), 8) +
                little(contents.size(), 8) + little(directory.size(), 8) + little(offset, 8) + "PK\6\7" + little(0, 4) +
                little(end64, 8) + little(1, 4);
    return text + "PK\5\6" + little(0, 4) + little(contents.size(), 2) + little(contents.size(), 2) +
           little(is_64 ? 0xffffffff : directory.size(), 4) + little(is_64 ? 0xffffffff : offset, 4) +
           little(comment.size(), 2) + comment;
}

/// REQUIRES: `text` outlives it.
inline SeekableFile seekable(std::string_view text) {
    return {.size_bytes = text.size(), .read_at = [text](std::uint64_t offset, std::span<char> into) -> std::size_t {
                if (offset >= text.size()) return 0;
                const std::size_t count = std::min<std::size_t>(into.size(), text.size() - offset);
                std::memcpy(into.data(), text.data() + offset, count);
                return count;
            }};
}

}  // namespace karmen::gcode::archive
