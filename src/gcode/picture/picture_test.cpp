#include "gcode/picture/picture.hpp"

#include "gcode/picture/png.hpp"
#include "gcode/picture/testing.hpp"

#include <gtest/gtest.h>

#include <png.h>

namespace karmen::gcode::picture {
namespace {

constexpr std::uint64_t kPixelsMax = 10'000;

/// By libpng's reader.
Pixels read_png(const std::string& file) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    EXPECT_NE(png_image_begin_read_from_memory(&image, file.data(), file.size()), 0) << image.message;
    image.format = PNG_FORMAT_RGBA;
    Pixels pixels{image.width, image.height, std::string(PNG_IMAGE_SIZE(image), '\0')};
    EXPECT_NE(png_image_finish_read(&image, nullptr, pixels.bytes.data(), 0, nullptr), 0) << image.message;
    return pixels;
}

TEST(Picture, LeavesPngAndJpegAsTheyAre) {
    const std::string png = "\x89PNG\r\n\x1A\nand more";
    EXPECT_EQ(to_picture(png, kPixelsMax)->media_type, "image/png");
    EXPECT_EQ(to_picture(png, kPixelsMax)->bytes, png);
    const std::string jpeg = "\xFF\xD8\xFF\xE0 and more";
    EXPECT_EQ(to_picture(jpeg, kPixelsMax)->media_type, "image/jpeg");
    EXPECT_EQ(to_picture(jpeg, kPixelsMax)->bytes, jpeg);
}

TEST(Picture, MakesPngOfQoi) {
    std::string file = qoi_header(7, 5);
    std::string bytes;
    for (int i = 0; i < 7 * 5; ++i) {
        const std::string colour{static_cast<char>(i), static_cast<char>(2 * i), static_cast<char>(255 - i),
                                 static_cast<char>(7 * i)};
        file += '\xFF' + colour;
        bytes += colour;
    }
    const auto picture = to_picture(file + kQoiEnd, kPixelsMax);
    ASSERT_TRUE(picture);
    EXPECT_EQ(picture->media_type, "image/png");
    const Pixels pixels = read_png(picture->bytes);
    EXPECT_EQ(pixels.width, 7U);
    EXPECT_EQ(pixels.height, 5U);
    EXPECT_EQ(pixels.bytes, bytes);
    EXPECT_FALSE(to_picture(file, 7 * 5 - 1));
}

TEST(Picture, RefusesEverythingElse) {
    for (const std::string& bytes :
         {std::string(), std::string("G28\n"), std::string("\x89PNG"), std::string("\xFF\xD8"),
          std::string("<svg onload=alert(1)>"), std::string("GIF89a"), qoi_header(3, 3)})
        EXPECT_FALSE(to_picture(bytes, kPixelsMax)) << testing::PrintToString(bytes);
}

TEST(Picture, SaysWhenLibpngRefuses) {
    EXPECT_FALSE(encode_png({.width = 2'000'000, .height = 1, .bytes = std::string(8'000'000, '\0')}));
}

}  // namespace
}  // namespace karmen::gcode::picture
