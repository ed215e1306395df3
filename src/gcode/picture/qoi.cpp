#include "gcode/picture/qoi.hpp"

#include <array>

namespace karmen::gcode::picture {

namespace {

// The file, numbers big-endian:
//   header  "qoif", u32 width, u32 height, u8 channels (3 or 4), u8 colour space
//   chunks  11111110 r g b           11111111 r g b a
//           00iiiiii                 the colour at index i of the 64 that were seen last by their hash
//           01rrggbb                 difference to the pixel before, each from -2 to 1
//           10gggggg rrrrbbbb        difference of green from -32 to 31; of red and blue to that, from -8 to 7
//           11nnnnnn                 the pixel before, n + 1 times (1 to 62)
//   end     seven bytes 0, and 1: not looked at, as all pixels are there before it
constexpr std::string_view kMagic = "qoif";
constexpr std::size_t kHeaderBytes = 14;
constexpr std::uint8_t kRgb = 0b11111110;
constexpr std::uint8_t kRgba = 0b11111111;
enum Kind : std::uint8_t { kIndex = 0, kDifference = 1, kLuma = 2, kRun = 3 };

struct Colour {
    std::uint8_t r = 0;
    std::uint8_t g = 0;
    std::uint8_t b = 0;
    std::uint8_t a = 0;

    std::size_t hash() const { return (r * 3U + g * 5U + b * 7U + a * 11U) % 64; }
    /// Each wraps around.
    void move_by(int red, int green, int blue) {
        r = static_cast<std::uint8_t>(r + red);
        g = static_cast<std::uint8_t>(g + green);
        b = static_cast<std::uint8_t>(b + blue);
    }
};

std::uint32_t u32(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

class Decoder {
  public:
    explicit Decoder(std::string_view chunks) : rest_(chunks) {}

    /// False when the chunks end too early.
    bool fill(std::string& bytes, std::size_t size) {
        while (bytes.size() < size) {
            std::size_t times = 1;
            if (!read_chunk(times)) return false;
            seen_[colour_.hash()] = colour_;
            for (; times > 0 && bytes.size() < size; --times) append(bytes);
        }
        return true;
    }

  private:
    std::uint8_t take() {
        const auto byte = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return byte;
    }

    bool read_chunk(std::size_t& times) {
        if (rest_.empty()) return false;
        const std::uint8_t tag = take();
        if (tag == kRgb || tag == kRgba) return read_colour(tag);
        const int value = tag & 0b111111;
        switch (Kind{static_cast<std::uint8_t>(tag >> 6)}) {
            case kIndex:
                colour_ = seen_[static_cast<std::size_t>(value)];
                return true;
            case kDifference:
                colour_.move_by((value >> 4) - 2, (value >> 2 & 0b11) - 2, (value & 0b11) - 2);
                return true;
            case kLuma:
                return read_luma(value - 32);
            case kRun:
                times = static_cast<std::size_t>(value) + 1;
                return true;
        }
        return false;
    }

    bool read_colour(std::uint8_t tag) {
        if (rest_.size() < (tag == kRgba ? 4U : 3U)) return false;
        colour_.r = take();
        colour_.g = take();
        colour_.b = take();
        if (tag == kRgba) colour_.a = take();
        return true;
    }

    bool read_luma(int green) {
        if (rest_.empty()) return false;
        const int byte = take();
        colour_.move_by(green + (byte >> 4) - 8, green, green + (byte & 0b1111) - 8);
        return true;
    }

    void append(std::string& bytes) const {
        for (const std::uint8_t channel : {colour_.r, colour_.g, colour_.b, colour_.a})
            bytes += static_cast<char>(channel);
    }

    std::string_view rest_;
    Colour colour_{.a = 255};
    std::array<Colour, 64> seen_{};
};

}  // namespace

std::optional<Pixels> decode_qoi(std::string_view file, std::uint64_t pixels_max) {
    if (file.size() < kHeaderBytes || !file.starts_with(kMagic)) return std::nullopt;
    Pixels pixels{.width = u32(file, 4), .height = u32(file, 8), .bytes = {}};
    const auto channels = static_cast<unsigned char>(file[12]);
    const std::uint64_t count = std::uint64_t{pixels.width} * pixels.height;
    if (count == 0 || count > pixels_max || (channels != 3 && channels != 4)) return std::nullopt;
    pixels.bytes.reserve(count * Pixels::kChannels);
    if (!Decoder(file.substr(kHeaderBytes)).fill(pixels.bytes, count * Pixels::kChannels)) return std::nullopt;
    return pixels;
}

}  // namespace karmen::gcode::picture
