#include "gcode/binary/inflate.hpp"

#include <cstdint>
#include <zlib.h>

namespace karmen::gcode::binary {

namespace {

/// Bits of a text, the highest of each byte first.
class BitReader {
  public:
    explicit BitReader(std::span<const char> data) : data_(data) {}

    /// nullopt if fewer bits are left; they are padding, and none was taken.
    std::optional<unsigned> take(unsigned count) {
        if (data_.size() * 8 - at_ < count) return std::nullopt;
        unsigned value = 0;
        for (unsigned i = 0; i < count; ++i, ++at_) {
            const auto byte = static_cast<unsigned char>(data_[at_ / 8]);
            value = value << 1 | (byte >> (7 - at_ % 8) & 1U);
        }
        return value;
    }

  private:
    std::span<const char> data_;
    std::size_t at_ = 0;
};

/// False if it would become longer than `size`.
bool repeat(std::string& text, std::size_t distance, std::size_t count, std::size_t size) {
    if (count > size - text.size()) return false;
    // Byte by byte, because the repeated range may overlap its own output.
    for (std::size_t i = 0; i < count; ++i) {
        const char byte = distance <= text.size() ? text[text.size() - distance] : '\0';
        text += byte;
    }
    return true;
}

}  // namespace

std::optional<std::string> inflate(std::span<const char> data, std::size_t size) {
    std::string text(size, '\0');
    uLongf made = size;
    uLong read = data.size();
    // An empty text is valid, but zlib wants somewhere to write to.
    Bytef nothing = 0;
    Bytef* const to = size == 0 ? &nothing : reinterpret_cast<Bytef*>(text.data());
    if (::uncompress2(to, &made, reinterpret_cast<const Bytef*>(data.data()), &read) != Z_OK || made != size)
        return std::nullopt;
    return text;
}

std::optional<std::string> unshrink(std::span<const char> data, std::size_t size, unsigned window_bits,
                                    unsigned lookahead_bits) {
    std::string text;
    text.reserve(size);
    BitReader bits(data);
    while (text.size() < size) {
        const auto is_byte = bits.take(1);
        if (!is_byte) return std::nullopt;
        if (*is_byte == 1) {
            const auto byte = bits.take(8);
            if (!byte) return std::nullopt;
            text += static_cast<char>(*byte);
            continue;
        }
        const auto distance = bits.take(window_bits);
        const auto count = bits.take(lookahead_bits);
        if (!distance || !count || !repeat(text, *distance + 1UL, *count + 1UL, size)) return std::nullopt;
    }
    return text;
}

}  // namespace karmen::gcode::binary
