#include "gcode/picture/comment_text.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace karmen::gcode::picture {

namespace {

constexpr std::uint8_t kNoLetter = 0xFF;

constexpr std::array<std::uint8_t, 256> kValues = [] {
    constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::array<std::uint8_t, 256> values{};
    values.fill(kNoLetter);
    for (std::size_t i = 0; i < kLetters.size(); ++i)
        values[static_cast<unsigned char>(kLetters[i])] = static_cast<std::uint8_t>(i);
    return values;
}();

/// Takes letters one after the other, however they are spread over lines.
class Base64Decoder {
  public:
    /// False if it is not base64, or comes after the end of the data.
    bool add(std::string_view text) {
        for (const char c : text) {
            if (c == '=') {
                ++padding_;
                continue;
            }
            const std::uint8_t value = kValues[static_cast<unsigned char>(c)];
            if (value == kNoLetter || padding_ > 0) return false;
            add_letter(value);
        }
        return true;
    }

    /// nullopt if it ends in the middle of a byte.
    std::optional<std::string> finish() {
        const std::size_t missing = letters_ % 4 == 0 ? 0 : 4 - letters_ % 4;
        if (missing == 3 || padding_ > missing) return std::nullopt;
        return std::move(bytes_);
    }

  private:
    void add_letter(std::uint32_t value) {
        bits_ = bits_ << 6 | value;
        if (++letters_ % 4 != 1) bytes_ += static_cast<char>(bits_ >> (6 - 2 * ((letters_ - 1) % 4)) & 0xFF);
    }

    std::string bytes_;
    std::uint32_t bits_ = 0;  ///< of the last letters, the newest lowest
    std::size_t letters_ = 0;
    std::size_t padding_ = 0;
};

}  // namespace

std::optional<std::string> decode_comments(std::string_view lines) {
    Base64Decoder decoder;
    while (!lines.empty()) {
        const std::size_t end = std::min(lines.find_first_of("\r\n"), lines.size());
        std::string_view line = trim(lines.substr(0, end));
        lines.remove_prefix(std::min(end + 1, lines.size()));
        if (line.empty()) continue;
        if (!line.starts_with(';')) return std::nullopt;
        if (!decoder.add(trim(line.substr(1)))) return std::nullopt;
    }
    return decoder.finish();
}

}  // namespace karmen::gcode::picture
