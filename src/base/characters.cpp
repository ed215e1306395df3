#include "base/characters.hpp"

#include <algorithm>
#include <array>

namespace karmen {

namespace {

constexpr std::array<std::string_view, 12> kDirections{"\u061C", "\u200E", "\u200F", "\u202A", "\u202B", "\u202C",
                                                       "\u202D", "\u202E", "\u2066", "\u2067", "\u2068", "\u2069"};

}  // namespace

std::size_t character_length(std::string_view utf8) {
    const auto lead = static_cast<unsigned char>(utf8.front());
    return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

bool is_obeyed(std::string_view character) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(character[at]); };
    if (character.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7F;
    // Terminals treat some of U+0080 to U+009F like ESC.
    if (byte(0) == 0xC2) return byte(1) < 0xA0;
    return std::ranges::find(kDirections, character) != kDirections.end();
}

}  // namespace karmen
