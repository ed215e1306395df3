#include "gcode/picture/qoi.hpp"

#include "gcode/picture/testing.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace karmen::gcode::picture {
namespace {

constexpr std::uint64_t kPixelsMax = 1000;

std::string bytes(std::initializer_list<int> values) {
    std::string text;
    for (const int value : values) text += static_cast<char>(value);
    return text;
}

/// The pixels of a picture with one row, from its chunks.
std::optional<std::string> row(std::uint32_t width, const std::string& chunks, char channels = 4) {
    const auto pixels = decode_qoi(qoi_header(width, 1, channels) + chunks + kQoiEnd, kPixelsMax);
    if (!pixels) return std::nullopt;
    EXPECT_EQ(pixels->width, width);
    EXPECT_EQ(pixels->height, 1U);
    return pixels->bytes;
}

TEST(Qoi, ReadsEveryKindOfChunk) {
    EXPECT_EQ(row(1, bytes({0xFE, 1, 2, 3}), 3), bytes({1, 2, 3, 255}));
    EXPECT_EQ(row(1, bytes({0xFF, 1, 2, 3, 4})), bytes({1, 2, 3, 4}));
    EXPECT_EQ(row(2, bytes({0xFF, 1, 2, 3, 4, 0xFE, 9, 8, 7})), bytes({1, 2, 3, 4, 9, 8, 7, 4})) << "alpha stays";
    EXPECT_EQ(row(3, bytes({0xC2})), bytes({0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255})) << "a run of the first colour";
    EXPECT_EQ(row(1, bytes({0x40 | 0b11'10'00})), bytes({1, 0, 254, 255})) << "differences 1, 0, -2 wrap around";
    EXPECT_EQ(row(1, bytes({0x80 | 42, 0xF0})), bytes({17, 10, 2, 255})) << "green 10, red 7 more, blue 8 less";
    EXPECT_EQ(row(1, bytes({0x80, 0x88})), bytes({224, 224, 224, 255})) << "-32";
}

TEST(Qoi, KnowsTheColoursThatItSaw) {
    // (10, 20, 30, 255) has the hash (30 + 100 + 210 + 2805) % 64 = 9; black and opaque has 2805 % 64 = 53.
    EXPECT_EQ(row(4, bytes({0xFE, 10, 20, 30, 0xC0, 0xFE, 1, 1, 1, 9})),
              bytes({10, 20, 30, 255, 10, 20, 30, 255, 1, 1, 1, 255, 10, 20, 30, 255}));
    EXPECT_EQ(row(1, bytes({7})), bytes({0, 0, 0, 0})) << "not seen yet";
    EXPECT_EQ(row(2, bytes({0xC0, 53})), bytes({0, 0, 0, 255, 0, 0, 0, 255})) << "the first colour, once it was used";
}

TEST(Qoi, StopsAtTheLastPixel) {
    EXPECT_EQ(row(2, bytes({0xFD})), bytes({0, 0, 0, 255, 0, 0, 0, 255})) << "a run that is too long";
    EXPECT_EQ(row(1, bytes({0xC0, 0xFE, 1, 2, 3})), bytes({0, 0, 0, 255}));
}

TEST(Qoi, RefusesWhatIsCut) {
    const std::string chunks = bytes({0xFE, 1, 2, 3, 0xFF, 4, 5, 6, 7, 0x80, 0x88, 0xC0, 0x40});
    const std::string whole = qoi_header(5, 1) + chunks;
    EXPECT_TRUE(decode_qoi(whole, kPixelsMax)) << "the end is not needed";
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(decode_qoi(whole.substr(0, size), kPixelsMax)) << size;
}

TEST(Qoi, RefusesHeadersThatMakeNoSense) {
    const std::string chunks = bytes({0xC0});
    EXPECT_TRUE(decode_qoi(qoi_header(1, 1) + chunks, kPixelsMax));
    EXPECT_FALSE(decode_qoi(qoi_header(0, 1) + chunks, kPixelsMax));
    EXPECT_FALSE(decode_qoi(qoi_header(1, 0) + chunks, kPixelsMax));
    EXPECT_FALSE(decode_qoi(qoi_header(1, 1, 2) + chunks, kPixelsMax));
    EXPECT_FALSE(decode_qoi("Q" + (qoi_header(1, 1) + chunks).substr(1), kPixelsMax));
    EXPECT_FALSE(decode_qoi(qoi_header(0xFFFFFFFF, 0xFFFFFFFF) + chunks, kPixelsMax)) << "the product does not fit";
}

TEST(Qoi, HasALargestPicture) {
    EXPECT_TRUE(decode_qoi(qoi_header(62, 1) + bytes({0xFD}), 62));
    EXPECT_FALSE(decode_qoi(qoi_header(62, 1) + bytes({0xFD}), 61));
}

}  // namespace
}  // namespace karmen::gcode::picture
