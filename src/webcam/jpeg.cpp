#include "webcam/jpeg.hpp"

#include <algorithm>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

// jpeglib.h needs size_t and FILE from the headers above.
#include <jpeglib.h>

namespace karmen::webcam {

namespace {

constexpr int kQuality = 80;
/// A progressive picture of many scans, each a few bytes, would be decoded for minutes.
constexpr int kScansMax = 100;

/// libjpeg tells errors by a call that must not return.
struct Errors {
    jpeg_error_mgr base;
    std::jmp_buf jump;
};

void leave(j_common_ptr codec) {
    std::longjmp(reinterpret_cast<Errors*>(codec->err)->jump, 1);
}

void say_nothing(j_common_ptr) {}

void limit_scans(j_common_ptr codec) {
    if (reinterpret_cast<j_decompress_ptr>(codec)->input_scan_number > kScansMax) leave(codec);
}

jpeg_error_mgr* errors_into(Errors& errors) {
    jpeg_error_mgr* const base = jpeg_std_error(&errors.base);
    base->error_exit = leave;
    base->output_message = say_nothing;
    return base;
}

/// Rows of pixels as they stand in the file: grey, or brightness and two colours.
struct Pixels {
    int width = 0;
    int height = 0;
    int components = 0;
    std::vector<std::uint8_t> bytes;

    std::uint8_t* row(int y) { return bytes.data() + std::ptrdiff_t{y} * width * components; }
};

/// Between setjmp and what jumps there, nothing with a destructor is alive.
class Decoder {
  public:
    Decoder() {
        info_.err = errors_into(errors_);
        jpeg_create_decompress(&info_);
        progress_.progress_monitor = limit_scans;
        info_.progress = &progress_;
    }
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;
    ~Decoder() { jpeg_destroy_decompress(&info_); }

    /// Its width and height, and whether the pixels are of a kind that encode() takes.
    bool read_header(std::string_view jpeg) {
        if (setjmp(errors_.jump)) return false;
        jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(jpeg.data()), jpeg.size());
        jpeg_read_header(&info_, TRUE);
        return info_.jpeg_color_space == JCS_YCbCr || info_.jpeg_color_space == JCS_GRAYSCALE;
    }
    JDIMENSION width() const { return info_.image_width; }
    JDIMENSION height() const { return info_.image_height; }

    bool decode(int eighths, Pixels& pixels) {
        if (setjmp(errors_.jump)) return false;
        info_.scale_num = static_cast<unsigned>(eighths);
        info_.scale_denom = kFullSize;
        info_.out_color_space = info_.jpeg_color_space;
        jpeg_start_decompress(&info_);
        pixels.width = static_cast<int>(info_.output_width);
        pixels.height = static_cast<int>(info_.output_height);
        pixels.components = info_.output_components;
        pixels.bytes.resize(std::size_t{info_.output_width} * info_.output_height *
                            static_cast<std::size_t>(info_.output_components));
        while (info_.output_scanline < info_.output_height) {
            JSAMPROW row = pixels.row(static_cast<int>(info_.output_scanline));
            jpeg_read_scanlines(&info_, &row, 1);
        }
        jpeg_finish_decompress(&info_);
        return true;
    }

  private:
    jpeg_decompress_struct info_{};
    jpeg_progress_mgr progress_{};
    Errors errors_{};
};

bool encode(Pixels& pixels, unsigned char** bytes, unsigned long* size) {
    jpeg_compress_struct encoder;
    Errors errors;
    encoder.err = errors_into(errors);
    if (setjmp(errors.jump)) {
        jpeg_destroy_compress(&encoder);
        return false;
    }
    jpeg_create_compress(&encoder);
    jpeg_mem_dest(&encoder, bytes, size);
    encoder.image_width = static_cast<JDIMENSION>(pixels.width);
    encoder.image_height = static_cast<JDIMENSION>(pixels.height);
    encoder.input_components = pixels.components;
    encoder.in_color_space = pixels.components == 1 ? JCS_GRAYSCALE : JCS_YCbCr;
    jpeg_set_defaults(&encoder);
    jpeg_set_quality(&encoder, kQuality, TRUE);
    jpeg_start_compress(&encoder, TRUE);
    while (encoder.next_scanline < encoder.image_height) {
        JSAMPROW row = pixels.row(static_cast<int>(encoder.next_scanline));
        jpeg_write_scanlines(&encoder, &row, 1);
    }
    jpeg_finish_compress(&encoder);
    jpeg_destroy_compress(&encoder);
    return true;
}

}  // namespace

std::optional<int> eighths_for_width(std::string_view jpeg, int width) {
    Decoder decoder;
    if (!decoder.read_header(jpeg)) return std::nullopt;
    for (int eighths = 1; eighths < kFullSize; ++eighths)
        // As libjpeg rounds: up.
        if ((std::uint64_t{decoder.width()} * static_cast<unsigned>(eighths) + kFullSize - 1) / kFullSize >=
            static_cast<std::uint64_t>(std::max(width, 0)))
            return eighths;
    return kFullSize;
}

std::optional<std::string> scaled_jpeg(std::string_view jpeg, int eighths, int pixels_max) {
    Decoder decoder;
    Pixels pixels;
    if (!decoder.read_header(jpeg)) return std::nullopt;
    if (std::uint64_t{decoder.width()} * decoder.height() > static_cast<std::uint64_t>(pixels_max)) return std::nullopt;
    if (!decoder.decode(eighths, pixels)) return std::nullopt;
    unsigned char* bytes = nullptr;
    unsigned long size = 0;
    const bool is_encoded = encode(pixels, &bytes, &size);
    const std::unique_ptr<unsigned char, decltype(&std::free)> owner(bytes, &std::free);
    if (!is_encoded) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(bytes), size);
}

}  // namespace karmen::webcam
