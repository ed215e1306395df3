#pragma once

#include <cstddef>
#include <string_view>

namespace karmen {

/// Bytes of the character that begins well-formed UTF-8.
std::size_t character_length(std::string_view utf8);

/// A control character (U+0000–U+001F, U+007F–U+009F), or a bidirectional one, which changes the direction of a line so
/// that it looks like another text (U+061C, U+200E, U+200F, U+202A–U+202E, U+2066–U+2069).
bool is_obeyed(std::string_view character);

}  // namespace karmen
