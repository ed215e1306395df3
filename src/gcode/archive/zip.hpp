#pragma once

#include "gcode/seekable_file.hpp"

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace karmen::gcode::archive {

// What is read of zip archives, all numbers little-endian:
//   entry       u32 "PK\3\4", 22 bytes that the directory repeats, u16 length of the name, u16 of the extra field,
//   name,
//               extra field, packed data
//   directory   for each entry u32 "PK\1\2", u16 u16, u16 flags, u16 method (0 stored, 8 deflated), u32, u32 CRC32,
//               u32 packed size, u32 size, u16 lengths of name, extra field and comment, 8 bytes, u32 place of the
//               entry, name, extra field, comment
//   end         u32 "PK\5\6", 8 bytes, u32 size and u32 place of the directory, u16 length of the comment, comment
// Numbers of 32 bits that are too small are 0xffffffff; then 64 bits stand in the extra field 1 and in a second end,
//   u32 "PK\6\6", 36 bytes, u64 size and u64 place of the directory, which a locator before the end points to:
//   u32 "PK\6\7", u32, u64 place of the second end, u32
// Source: APPNOTE.TXT 6.3.10, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT

/// A larger directory is not read. Archives of slicers have some hundred entries, which is a directory of 20 KiB.
inline constexpr std::uint64_t kDirectoryMaxBytes = 1ULL << 20;

/// A file of the archive, as its directory has it.
struct Entry {
    std::string name;
    std::uint16_t flags = 0;
    std::uint16_t method = 0;
    std::uint32_t crc32 = 0;
    std::uint64_t packed_size = 0;
    std::uint64_t size = 0;
    std::uint64_t offset = 0;  ///< of the entry, not of its data
};

/// Whether its data stands in the file as it is.
bool is_stored(const Entry& entry);

/// The directory, or what is wrong with the archive, for people. Any thread.
std::expected<std::vector<Entry>, std::string> read_directory(const SeekableFile& file);

/// Undoes DEFLATE (RFC 1951), which packs an entry's data unless it is stored. nullopt if the data is damaged, or would
/// give more than `size_max` bytes.
std::optional<std::string> inflate_entry(std::string packed, std::size_t size_max);

/// Where the packed data of an entry begins, or what is wrong.
std::expected<std::uint64_t, std::string> data_offset(const SeekableFile& file, const Entry& entry);

/// Gives the content of an entry to `use`, piece by piece, in bounded memory. Never gives more than `entry.size` bytes.
/// Returns what is wrong, for people, which may be known only at the end; nullopt if the content was complete and its
/// checksum right.
std::optional<std::string> unpack(const SeekableFile& file, const Entry& entry,
                                  const std::function<void(std::span<const char>)>& use);

}  // namespace karmen::gcode::archive
