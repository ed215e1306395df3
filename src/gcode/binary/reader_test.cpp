#include "gcode/binary/reader.hpp"

#include "gcode/binary/inflate.hpp"
#include "gcode/binary/testing.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <vector>

namespace karmen::gcode::binary {
namespace {

/// Bits as text: `1 01000001` and so on; blanks are for the reader.
std::string bits(std::string_view text) {
    std::string bytes;
    int count = 0;
    for (const char c : text) {
        if (c == ' ') continue;
        if (count++ % 8 == 0) bytes += '\0';
        if (c == '1') bytes.back() = static_cast<char>(bytes.back() | 1 << (7 - (count - 1) % 8));
    }
    return bytes;
}

const std::string kPrinter = "printer_model=MK4\nfilament_type=PETG\n";

/// One of everything.
std::string whole_file() {
    return header() + block({.type = 0, .data = "Producer=PrusaSlicer 2.8.0\n"}) +
           block({.type = 3, .data = deflated(kPrinter), .compression = 1, .size = kPrinter.size()}) +
           block({.type = 5, .data = "PNG!", .parameters = image_parameters(0, 16, 12)}) +
           block({.type = 5, .data = "qoif", .parameters = image_parameters(2, 220, 124)}) +
           block({.type = 4, .data = "filament used [mm] = 12.5, 3\r\n\nno equals here\n"}) +
           block({.type = 1, .data = "G28\nkey=value\n", .parameters = little(2, 2)});
}

/// What is told of a file, a line each, and its problem at the end if it has one.
std::string read(std::string_view file, Limits limits = {}, std::size_t piece = std::string_view::npos) {
    std::string text;
    const std::string_view whole = file;
    Reader reader({.on_metadata =
                       [&](BlockType type, std::string_view key, std::string_view value) {
                           text += fmt::format("{} {}={}\n", static_cast<unsigned>(type), key, value);
                       },
                   .on_thumbnail =
                       [&](const Thumbnail& picture) {
                           EXPECT_EQ(picture.encoding, Thumbnail::Encoding::kRaw);
                           text +=
                               fmt::format("image {} {}x{} {}\n", static_cast<unsigned>(picture.format), picture.width,
                                           picture.height, whole.substr(picture.offset, picture.length));
                       }},
                  limits);
    while (!file.empty()) {
        const std::string_view part = file.substr(0, piece);
        reader.feed(part);
        file.remove_prefix(part.size());
    }
    reader.finish();
    if (!reader.problem().empty()) text += "problem: " + reader.problem() + "\n";
    return text;
}

const std::string kWhole =
    "0 Producer=PrusaSlicer 2.8.0\n"
    "3 printer_model=MK4\n"
    "3 filament_type=PETG\n"
    "image 0 16x12 PNG!\n"
    "image 2 220x124 qoif\n"
    "4 filament used [mm]=12.5, 3\n";

TEST(BinaryReader, TellsMetadataAndThumbnails) {
    EXPECT_EQ(read(whole_file()), kWhole);
}

TEST(BinaryReader, DoesNotCareHowTheFileIsCut) {
    const std::string file = whole_file();
    for (std::size_t piece = 1; piece < file.size(); ++piece) EXPECT_EQ(read(file, {}, piece), kWhole) << piece;
}

TEST(BinaryReader, NamesTheBlockInWhichAFileEnds) {
    const std::string file = whole_file();
    std::size_t whole = 0;  // files that end between two blocks are whole, though short
    for (std::size_t size = 0; size < file.size(); ++size) {
        const std::string text = read(std::string_view(file).substr(0, size));
        const std::size_t problem = text.find("problem: ");
        EXPECT_TRUE(kWhole.starts_with(text.substr(0, problem))) << size;
        whole += problem == std::string::npos ? 1 : 0;
    }
    EXPECT_EQ(whole, 6U);
    EXPECT_EQ(read(file.substr(0, 12)),
              "problem: the block at byte 10 cannot be read: the file ends in the middle of it\n");
    EXPECT_EQ(read(""), "problem: the file is too short\n");
}

TEST(BinaryReader, FindsEveryByteThatWasChanged) {
    const std::string file = whole_file();
    for (std::size_t at = 0; at < file.size(); ++at) {
        std::string damaged = file;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        EXPECT_NE(read(damaged).find("problem: "), std::string::npos) << at;
    }
}

TEST(BinaryReader, ReadsFilesWithoutChecksums) {
    const std::string file = header(Checksums::kNone) + block({.type = 4, .data = "a=1"}, Checksums::kNone) +
                             block({.type = 0, .data = ""}, Checksums::kNone);
    EXPECT_EQ(read(file), "4 a=1\n");
}

TEST(BinaryReader, SaysWhatItDoesNotKnow) {
    EXPECT_EQ(read("G28 ; home all axes\n"), "problem: the file does not begin with GCDE\n");
    EXPECT_EQ(read("GCDE" + little(2, 4) + little(1, 2)), "problem: version 2 of the format is not known\n");
    EXPECT_EQ(read("GCDE" + little(1, 4) + little(2, 2)), "problem: checksum 2 of the format is not known\n");
    EXPECT_EQ(read(header() + block({.type = 6, .data = ""})),
              "problem: the block at byte 10 cannot be read: type 6 is not known\n");
    EXPECT_EQ(read(header() + block({.type = 4, .data = "", .compression = 4})),
              "problem: the block at byte 10 cannot be read: compression 4 is not known\n");
}

TEST(BinaryReader, LeavesOutWhatIsTooLarge) {
    const std::string small = block({.type = 4, .data = "a=1"});
    const std::string large = block({.type = 2, .data = "b=" + std::string(100, 'x')});
    EXPECT_EQ(read(header() + large + small, {.block_bytes_max = 100}), "4 a=1\n");
    EXPECT_EQ(read(header() + small + small + small, {.bytes_max = 7}), "4 a=1\n4 a=1\n");
    // A small block may claim to become a large one.
    const std::string claim = block({.type = 2, .data = deflated("b=1"), .compression = 1, .size = 0xffffffff});
    EXPECT_EQ(read(header() + claim + small), "4 a=1\n");
}

TEST(BinaryReader, TellsNoThumbnailThatIsCompressedOrUnknown) {
    const std::string image = "PNG!";
    const std::string unknown = block({.type = 5, .data = image, .parameters = image_parameters(3, 16, 12)});
    const std::string packed = block({.type = 5,
                                      .data = deflated(image),
                                      .compression = 1,
                                      .parameters = image_parameters(0, 16, 12),
                                      .size = image.size()});
    EXPECT_EQ(read(header() + unknown + packed + block({.type = 4, .data = "a=1"})), "4 a=1\n");
}

TEST(BinaryReader, RefusesDataThatDoesNotUnpackToItsSize) {
    for (const std::size_t size : {0UL, kPrinter.size() - 1, kPrinter.size() + 1})
        EXPECT_EQ(read(header() + block({.type = 3, .data = deflated(kPrinter), .compression = 1, .size = size})),
                  "problem: the block at byte 10 cannot be read: its compressed data is damaged\n");
}

TEST(BinaryReader, ReadsHeatshrinkWithBothWindows) {
    // "ab", then 4 bytes from 2 back; the window has 11 or 12 bits.
    const std::string packed11 = bits("1 01100001  1 01100010  0 00000000001 0011");
    const std::string packed12 = bits("1 01100001  1 01100010  0 000000000001 0011");
    EXPECT_EQ(unshrink(packed11, 6, 11, 4), "ababab");
    EXPECT_EQ(unshrink(packed12, 6, 12, 4), "ababab");
    const std::string line = bits("1 01100001  1 00111101  1 00110111");  // a=7
    EXPECT_EQ(read(header() + block({.type = 4, .data = line, .compression = 3, .size = 3}) +
                   block({.type = 4, .data = line, .compression = 2, .size = 3})),
              "4 a=7\n4 a=7\n");
}

TEST(Heatshrink, RepeatsFromBeforeTheBeginningAsZeros) {
    EXPECT_EQ(unshrink(bits("0 00000000011 0001"), 2, 11, 4), std::string(2, '\0'));
}

TEST(Heatshrink, RefusesWhatIsCutOrTooLong) {
    const std::string packed = bits("1 01100001  1 01100010  0 00000000001 0011");
    EXPECT_EQ(unshrink(packed, 5, 11, 4), std::nullopt);
    EXPECT_EQ(unshrink(packed, 7, 11, 4), std::nullopt);
    for (std::size_t size = 0; size < packed.size(); ++size)
        EXPECT_EQ(unshrink(std::span(packed).first(size), 6, 11, 4), std::nullopt) << size;
    EXPECT_EQ(unshrink(std::string(), 0, 11, 4), "");
}

}  // namespace
}  // namespace karmen::gcode::binary
