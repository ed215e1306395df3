#include "fake/webcam_frame.hpp"

#include "base/error.hpp"
#include "fake/pixel_font.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <csetjmp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numbers>
#include <vector>

// jpeglib.h needs size_t and FILE from the headers above.
#include <jpeglib.h>

namespace karmen::fake {

namespace {

struct Color {
    std::uint8_t red, green, blue;
};
constexpr Color kBackground{24, 28, 36};
constexpr Color kText{230, 230, 230};
constexpr Color kBed{90, 96, 110};
constexpr Color kPrint{235, 110, 40};
constexpr Color kHead{120, 190, 235};
constexpr int kQuality = 70;

struct Rectangle {
    int left, top, width, height;
};

class Picture {
  public:
    Picture() : pixels_(std::size_t{3} * kFrameWidth * kFrameHeight) {
        fill({0, 0, kFrameWidth, kFrameHeight}, kBackground);
    }

    void fill(Rectangle area, Color color) {
        for (int y = std::max(area.top, 0); y < std::min(area.top + area.height, kFrameHeight); ++y) {
            for (int x = std::max(area.left, 0); x < std::min(area.left + area.width, kFrameWidth); ++x) {
                std::uint8_t* pixel = row(y) + std::ptrdiff_t{3} * x;
                pixel[0] = color.red;
                pixel[1] = color.green;
                pixel[2] = color.blue;
            }
        }
    }

    /// What the font does not have is left blank.
    void write(int left, int top, int scale, std::string_view text) {
        for (const char c : text) {
            const char capital = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
            const auto glyph = std::ranges::find(kGlyphs, capital, &Glyph::letter);
            if (glyph != kGlyphs.end()) draw(*glyph, left, top, scale);
            left += (kGlyphWidth + 1) * scale;
        }
    }

    std::uint8_t* row(int y) { return pixels_.data() + std::ptrdiff_t{3} * kFrameWidth * y; }

  private:
    void draw(const Glyph& glyph, int left, int top, int scale) {
        for (int x = 0; x < kGlyphWidth; ++x) {
            for (int y = 0; y < kGlyphHeight; ++y) {
                if (glyph.columns[static_cast<std::size_t>(x)] >> y & 1) {
                    fill({left + x * scale, top + y * scale, scale, scale}, kText);
                }
            }
        }
    }

    std::vector<std::uint8_t> pixels_;
};

struct EncoderErrors {
    jpeg_error_mgr base;
    std::jmp_buf jump;
};

void leave_encoder(j_common_ptr encoder) {
    std::longjmp(reinterpret_cast<EncoderErrors*>(encoder->err)->jump, 1);
}

/// libjpeg tells errors by a call that must not return; nothing with a destructor lives between here and there.
bool encode(Picture& picture, unsigned char** bytes, unsigned long* size) {
    jpeg_compress_struct encoder;
    EncoderErrors errors;
    encoder.err = jpeg_std_error(&errors.base);
    errors.base.error_exit = leave_encoder;
    if (setjmp(errors.jump)) {
        jpeg_destroy_compress(&encoder);
        return false;
    }
    jpeg_create_compress(&encoder);
    jpeg_mem_dest(&encoder, bytes, size);
    encoder.image_width = kFrameWidth;
    encoder.image_height = kFrameHeight;
    encoder.input_components = 3;
    encoder.in_color_space = JCS_RGB;
    jpeg_set_defaults(&encoder);
    jpeg_set_quality(&encoder, kQuality, TRUE);
    jpeg_start_compress(&encoder, TRUE);
    while (encoder.next_scanline < encoder.image_height) {
        JSAMPROW row = picture.row(static_cast<int>(encoder.next_scanline));
        jpeg_write_scanlines(&encoder, &row, 1);
    }
    jpeg_finish_compress(&encoder);
    jpeg_destroy_compress(&encoder);
    return true;
}

std::string to_jpeg(Picture& picture) {
    unsigned char* bytes = nullptr;
    unsigned long size = 0;
    const bool is_encoded = encode(picture, &bytes, &size);
    const std::unique_ptr<unsigned char, decltype(&std::free)> owner(bytes, &std::free);
    if (!is_encoded) throw Error(ErrorCode::kInternal, {"The webcam picture could not be encoded"});
    return {reinterpret_cast<const char*>(bytes), size};
}

void draw_print(Picture& picture, double completion, std::chrono::milliseconds time) {
    constexpr int kBedTop = 190;
    const int height = static_cast<int>(completion);
    picture.fill({60, kBedTop, 200, 6}, kBed);
    picture.fill({120, kBedTop - height, 80, height}, kPrint);
    const double turn = std::fmod(static_cast<double>(time.count()) / 4000.0, 1.0) * 2 * std::numbers::pi;
    const int head = kFrameWidth / 2 + static_cast<int>(40 * std::sin(turn));
    picture.fill({head - 8, kBedTop - height - 22, 16, 16}, kHead);
    picture.fill({head - 2, kBedTop - height - 6, 4, 5}, kHead);
}

}  // namespace

std::string draw_frame(const FrameFacts& facts) {
    const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(facts.time.time_since_epoch());
    const std::chrono::hh_mm_ss day_time(std::chrono::floor<std::chrono::seconds>(time % std::chrono::hours(24)));
    const double completion = facts.completion.value_or(0);
    Picture picture;
    picture.write(8, 8, 2, facts.name);
    picture.write(8, 28, 1, facts.state);
    picture.write(264, 28, 1,
                  fmt::format("{:02}:{:02}:{:02}", day_time.hours().count(), day_time.minutes().count(),
                              day_time.seconds().count()));
    draw_print(picture, completion, time);
    picture.fill({8, 214, 240, 12}, kBed);
    picture.fill({8, 214, static_cast<int>(completion * 2.4), 12}, kPrint);
    picture.write(256, 216, 1, fmt::format("{:.1f}%", completion));
    return to_jpeg(picture);
}

}  // namespace karmen::fake
