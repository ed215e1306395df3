#pragma once

#include "domain/thumbnail.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace karmen::gcode::binary {

// Binary g-code (`.bgcode`), version 1, all numbers little-endian:
//   file    "GCDE", u32 version, u16 checksum (0 none, 1 CRC32), then blocks
//   block   u16 type, u16 compression, u32 size, u32 compressed size (unless compression is 0),
//           parameters, the data, u32 CRC32 of all of the block before it (if the file has checksums)
//   types   0 file, 2 slicer, 3 printer, 4 print metadata: parameter u16 encoding (0: lines `key=value`)
//           1 g-code: parameter u16 encoding
//           5 thumbnail: parameters u16 format (0 PNG, 1 JPEG, 2 QOI), u16 width, u16 height
// Source: "Specifications", https://github.com/prusa3d/libbgcode/blob/main/doc/specifications.md

inline constexpr std::string_view kMagic = "GCDE";

enum class BlockType : std::uint16_t {
    kFileMetadata = 0,
    kGcode = 1,
    kSlicerMetadata = 2,
    kPrinterMetadata = 3,
    kPrintMetadata = 4,
    kThumbnail = 5,
};

struct Limits {
    /// Metadata that is larger, packed or not, is left out.
    std::uint32_t block_bytes_max = 4U * 1024 * 1024;
    /// Of all metadata together; what comes after it is left out.
    std::uint64_t bytes_max = 16ULL * 1024 * 1024;
};

/// Reads the metadata of binary g-code: bytes in, facts out, in one pass. G-code and thumbnails are skipped, but their
/// checksums are checked. The place of a thumbnail is reported, unless it is compressed, which no known program does.
/// Holds one block of metadata at a time. Made for one file. Any thread, one at a time. How the bytes are cut into
/// feed() calls never changes the result.
class Reader {
  public:
    struct Events {
        std::function<void(BlockType block, std::string_view key, std::string_view value)> on_metadata;
        std::function<void(Thumbnail)> on_thumbnail;
    };
    explicit Reader(Events events, Limits limits = {});

    void feed(std::span<const char> bytes);
    /// Nothing may be fed after it.
    void finish();

    /// What is wrong with the file, for people; empty if it is sound. Nothing after the damage is read.
    const std::string& problem() const { return problem_; }

  private:
    enum class Part { kFileHeader, kBlockHeader, kCompressedSize, kParameters, kData, kChecksum, kDamaged };
    enum class Keep { kYes, kNo };
    struct Block {
        std::uint64_t at = 0;       ///< where it begins in the file
        std::uint64_t data_at = 0;  ///< where its data does
        std::uint16_t type = 0;
        std::uint16_t compression = 0;
        std::uint32_t size = 0;
        std::uint32_t packed_size = 0;
        std::string parameters;
        std::string data;  ///< packed; empty if it is passed over
        bool is_wanted = false;
    };

    void begin(Part part, std::uint64_t size, Keep keep = Keep::kYes);
    void begin_block();
    void end_part();
    void read_file_header(std::string_view bytes);
    void read_block_header(std::string_view bytes);
    void begin_parameters();
    void begin_data(std::string parameters);
    void end_data(std::string data);
    void check(std::string_view checksum);
    void tell();
    void tell_metadata(std::string_view text);
    void tell_thumbnail();
    std::optional<std::string> unpacked() const;
    void fail(std::string_view what);

    Events events_;
    Limits limits_;
    bool has_checksums_ = false;
    std::uint64_t at_ = 0;     ///< bytes of the file that were read
    std::uint64_t bytes_ = 0;  ///< of metadata that was wanted
    Block block_;
    std::uint32_t checksum_ = 0;  ///< of what was read of the block

    Part part_ = Part::kFileHeader;
    Keep keep_ = Keep::kYes;
    std::uint64_t missing_ = 0;  ///< bytes of the part
    std::string kept_;
    std::string problem_;
};

}  // namespace karmen::gcode::binary
