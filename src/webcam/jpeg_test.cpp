#include "webcam/jpeg.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <utility>

namespace karmen::webcam {
namespace {

constexpr int kPixelsMax = 100'000'000;

std::string bytes(std::initializer_list<int> values) {
    std::string result;
    for (const int value : values) result.push_back(static_cast<char>(value));
    return result;
}

std::string segment(int marker, const std::string& content) {
    const auto length = static_cast<int>(content.size()) + 2;
    return bytes({0xff, marker, length >> 8, length & 0xff}) + content;
}

/// Grey, by hand (ITU-T T.81): each Huffman table has one code, and each block says in two bits that there is nothing
/// but the mean.
std::string grey_jpeg(int width, int height) {
    const std::string one_code = bytes({1}) + std::string(15, '\0') + bytes({0});
    const int bits = 2 * ((width + 7) / 8) * ((height + 7) / 8);
    std::string data(static_cast<std::size_t>(bits / 8), '\0');
    if (bits % 8 != 0) data.push_back(static_cast<char>(0xff >> (bits % 8)));
    return bytes({0xff, 0xd8}) + segment(0xdb, bytes({0}) + std::string(64, '\1')) +
           segment(0xc0, bytes({8, height >> 8, height & 0xff, width >> 8, width & 0xff, 1, 1, 0x11, 0})) +
           segment(0xc4, bytes({0x00}) + one_code) + segment(0xc4, bytes({0x10}) + one_code) +
           segment(0xda, bytes({1, 1, 0, 0, 63, 0})) + data + bytes({0xff, 0xd9});
}

/// As its frame header says.
int width_of(const std::string& jpeg) {
    const std::size_t frame = jpeg.find("\xff\xc0");
    return static_cast<unsigned char>(jpeg.at(frame + 7)) * 256 + static_cast<unsigned char>(jpeg.at(frame + 8));
}

TEST(Jpeg, TheSmallestSizeThatIsWideEnough) {
    const std::string jpeg = grey_jpeg(640, 480);
    for (const auto& [width, eighths] : {std::pair{1, 1},
                                         {80, 1},
                                         {81, 2},
                                         {160, 2},
                                         {320, 4},
                                         {321, 5},
                                         {560, 7},
                                         {561, 8},
                                         {640, 8},
                                         {4000, 8},
                                         {0, 1},
                                         {-5, 1}})
        EXPECT_EQ(eighths_for_width(jpeg, width), eighths) << width;
    EXPECT_EQ(eighths_for_width(grey_jpeg(9, 9), 3), 2) << "libjpeg rounds up";
}

TEST(Jpeg, HasTheWidthThatWasPromised) {
    for (const int width : {640, 641, 100, 9}) {
        for (int eighths = 1; eighths <= kFullSize; ++eighths) {
            const auto scaled = scaled_jpeg(grey_jpeg(width, 48), eighths, kPixelsMax);
            ASSERT_TRUE(scaled);
            EXPECT_EQ(width_of(*scaled), (width * eighths + 7) / 8);
        }
    }
}

TEST(Jpeg, RefusesWhatItCannotScale) {
    const std::string jpeg = grey_jpeg(64, 64);
    for (const std::string& none : {std::string(), std::string("<html>"), jpeg.substr(0, 2), jpeg.substr(0, 60),
                                    grey_jpeg(0, 8), "\xff\xd8\xff\xd9" + jpeg}) {
        EXPECT_EQ(eighths_for_width(none, 8), std::nullopt) << none.size();
        EXPECT_EQ(scaled_jpeg(none, 1, kPixelsMax), std::nullopt) << none.size();
    }
    EXPECT_EQ(scaled_jpeg(jpeg, 1, 64 * 64 - 1), std::nullopt) << "too large";
    EXPECT_TRUE(scaled_jpeg(jpeg, 1, 64 * 64));
}

}  // namespace
}  // namespace karmen::webcam
