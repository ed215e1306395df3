#include "gcode/binary/reader.hpp"

#include "base/text.hpp"
#include "gcode/binary/inflate.hpp"
#include "gcode/little_endian.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <zlib.h>

namespace karmen::gcode::binary {

namespace {

constexpr std::size_t kFileHeaderBytes = 10;
constexpr std::size_t kBlockHeaderBytes = 8;
constexpr std::size_t kCompressedSizeBytes = 4;
constexpr std::size_t kMetadataParameterBytes = 2;
constexpr std::size_t kThumbnailParameterBytes = 6;
constexpr std::size_t kChecksumBytes = 4;

constexpr auto kThumbnail = std::to_underlying(BlockType::kThumbnail);
constexpr auto kGcode = std::to_underlying(BlockType::kGcode);
constexpr std::uint16_t kIniEncoding = 0;

enum Compression : std::uint16_t { kNone = 0, kDeflate = 1, kHeatshrink11 = 2, kHeatshrink12 = 3 };
constexpr unsigned kLookaheadBits = 4;

}  // namespace

Reader::Reader(Events events, Limits limits) : events_(std::move(events)), limits_(limits) {
    begin(Part::kFileHeader, kFileHeaderBytes);
}

void Reader::feed(std::span<const char> bytes) {
    while (!bytes.empty() && part_ != Part::kDamaged) {
        const auto piece = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(missing_, bytes.size())));
        if (keep_ == Keep::kYes) kept_.append(piece.data(), piece.size());
        if (has_checksums_ && part_ != Part::kChecksum)
            checksum_ = static_cast<std::uint32_t>(
                ::crc32_z(checksum_, reinterpret_cast<const Bytef*>(piece.data()), piece.size()));
        at_ += piece.size();
        missing_ -= piece.size();
        bytes = bytes.subspan(piece.size());
        if (missing_ == 0) end_part();
    }
}

void Reader::finish() {
    const bool is_between_blocks = part_ == Part::kBlockHeader && kept_.empty();
    if (part_ == Part::kFileHeader) fail("the file is too short");
    if (part_ != Part::kDamaged && !is_between_blocks) fail("the file ends in the middle of it");
}

void Reader::begin(Part part, std::uint64_t size, Keep keep) {
    part_ = part;
    keep_ = keep;
    missing_ = size;
    kept_.clear();
    if (size == 0) end_part();
}

void Reader::begin_block() {
    block_ = Block{.at = at_};
    checksum_ = 0;
    begin(Part::kBlockHeader, kBlockHeaderBytes);
}

void Reader::end_part() {
    std::string bytes = std::exchange(kept_, {});
    switch (part_) {
        case Part::kFileHeader:
            return read_file_header(bytes);
        case Part::kBlockHeader:
            return read_block_header(bytes);
        case Part::kCompressedSize:
            block_.packed_size = u32(bytes, 0);
            return begin_parameters();
        case Part::kParameters:
            return begin_data(std::move(bytes));
        case Part::kData:
            return end_data(std::move(bytes));
        case Part::kChecksum:
            return check(bytes);
        case Part::kDamaged:
            return;
    }
}

void Reader::read_file_header(std::string_view bytes) {
    if (!bytes.starts_with(kMagic)) return fail("the file does not begin with GCDE");
    if (const std::uint32_t version = u32(bytes, 4); version != 1)
        return fail(fmt::format("version {} of the format is not known", version));
    const std::uint16_t checksum = u16(bytes, 8);
    if (checksum > 1) return fail(fmt::format("checksum {} of the format is not known", checksum));
    has_checksums_ = checksum == 1;
    begin_block();
}

void Reader::read_block_header(std::string_view bytes) {
    block_.type = u16(bytes, 0);
    block_.compression = u16(bytes, 2);
    block_.size = block_.packed_size = u32(bytes, 4);
    if (block_.type > kThumbnail) return fail(fmt::format("type {} is not known", block_.type));
    if (block_.compression > kHeatshrink12) return fail(fmt::format("compression {} is not known", block_.compression));
    if (block_.compression == kNone) return begin_parameters();
    begin(Part::kCompressedSize, kCompressedSizeBytes);
}

void Reader::begin_parameters() {
    begin(Part::kParameters, block_.type == kThumbnail ? kThumbnailParameterBytes : kMetadataParameterBytes);
}

void Reader::begin_data(std::string parameters) {
    block_.parameters = std::move(parameters);
    block_.data_at = at_;
    const std::uint32_t largest = std::max(block_.size, block_.packed_size);
    block_.is_wanted = block_.type != kGcode && block_.type != kThumbnail && largest <= limits_.block_bytes_max &&
                       bytes_ + largest <= limits_.bytes_max;
    if (block_.is_wanted) bytes_ += largest;
    begin(Part::kData, block_.packed_size, block_.is_wanted ? Keep::kYes : Keep::kNo);
}

void Reader::end_data(std::string data) {
    block_.data = std::move(data);
    if (has_checksums_) return begin(Part::kChecksum, kChecksumBytes);
    tell();
}

void Reader::check(std::string_view checksum) {
    if (u32(checksum, 0) != checksum_) return fail("its checksum is wrong");
    tell();
}

void Reader::tell() {
    if (block_.type == kThumbnail) tell_thumbnail();
    if (block_.is_wanted) {
        const auto data = unpacked();
        if (!data) return fail("its compressed data is damaged");
        if (u16(block_.parameters, 0) == kIniEncoding) tell_metadata(*data);
    }
    begin_block();
}

void Reader::tell_metadata(std::string_view text) {
    // Not split(), because a block that consists of line ends would become a list of many times its size.
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos) continue;
        events_.on_metadata(BlockType{block_.type}, trim(line.substr(0, equals)), trim(line.substr(equals + 1)));
    }
}

void Reader::tell_thumbnail() {
    static constexpr std::array kFormats{Thumbnail::Format::kPng, Thumbnail::Format::kJpg, Thumbnail::Format::kQoi};
    const std::uint16_t format = u16(block_.parameters, 0);
    if (format >= kFormats.size() || block_.compression != kNone) return;
    events_.on_thumbnail({.width = u16(block_.parameters, 2),
                          .height = u16(block_.parameters, 4),
                          .format = kFormats[format],
                          .encoding = Thumbnail::Encoding::kRaw,
                          .offset = block_.data_at,
                          .length = block_.size});
}

std::optional<std::string> Reader::unpacked() const {
    switch (block_.compression) {
        case kDeflate:
            return inflate(block_.data, block_.size);
        case kHeatshrink11:
            return unshrink(block_.data, block_.size, 11, kLookaheadBits);
        case kHeatshrink12:
            return unshrink(block_.data, block_.size, 12, kLookaheadBits);
        default:
            return block_.data;
    }
}

void Reader::fail(std::string_view what) {
    problem_ = part_ == Part::kFileHeader ? std::string(what)
                                          : fmt::format("the block at byte {} cannot be read: {}", block_.at, what);
    part_ = Part::kDamaged;
}

}  // namespace karmen::gcode::binary
