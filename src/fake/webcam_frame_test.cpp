#include "fake/webcam_frame.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <jpeglib.h>
#include <vector>

namespace karmen::fake {
namespace {

struct Decoded {
    unsigned width = 0;
    unsigned height = 0;
    std::vector<unsigned char> pixels;
    long warnings = 0;
};

Decoded decode(const std::string& jpeg) {
    jpeg_decompress_struct decoder;
    jpeg_error_mgr errors;
    decoder.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&decoder);
    jpeg_mem_src(&decoder, reinterpret_cast<const unsigned char*>(jpeg.data()), jpeg.size());
    jpeg_read_header(&decoder, TRUE);
    jpeg_start_decompress(&decoder);
    Decoded picture{decoder.output_width, decoder.output_height, {}, 0};
    picture.pixels.resize(std::size_t{3} * picture.width * picture.height);
    while (decoder.output_scanline < decoder.output_height) {
        unsigned char* row = picture.pixels.data() + std::size_t{3} * picture.width * decoder.output_scanline;
        jpeg_read_scanlines(&decoder, &row, 1);
    }
    jpeg_finish_decompress(&decoder);
    picture.warnings = errors.num_warnings;
    jpeg_destroy_decompress(&decoder);
    return picture;
}

bool is_orange(const Decoded& picture, int x, int y) {
    const auto* pixel = picture.pixels.data() + 3 * (y * kFrameWidth + x);
    return pixel[0] > 180 && pixel[2] < 110;
}

TEST(WebcamFrame, IsAJpegOfItsSize) {
    const auto picture = decode(draw_frame({"Fake printer", "Printing", 40.0, Timestamp{}}));
    EXPECT_EQ(picture.width, 320U);
    EXPECT_EQ(picture.height, 240U);
    EXPECT_EQ(picture.warnings, 0);
}

TEST(WebcamFrame, ShowsTheProgress) {
    const auto half = decode(draw_frame({"Fake printer", "Printing", 50.0, Timestamp{}}));
    EXPECT_TRUE(is_orange(half, 100, 220));
    EXPECT_FALSE(is_orange(half, 200, 220));
    const auto none = decode(draw_frame({"Fake printer", "Operational", std::nullopt, Timestamp{}}));
    EXPECT_FALSE(is_orange(none, 100, 220));
}

TEST(WebcamFrame, ChangesWithTime) {
    const Timestamp time{std::chrono::seconds(1)};
    EXPECT_NE(draw_frame({"A", "Printing", 10.0, Timestamp{}}), draw_frame({"A", "Printing", 10.0, time}));
}

TEST(WebcamFrame, CutsOffWhatDoesNotFit) {
    const auto picture = decode(draw_frame({std::string(500, 'W'), std::string(500, 'x'), 100.0, Timestamp{}}));
    EXPECT_EQ(picture.width, 320U);
}

}  // namespace
}  // namespace karmen::fake
