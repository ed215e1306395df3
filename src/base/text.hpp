#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace karmen {

/// ASCII only, whatever the locale: header names, keywords.
char to_lower(char c);
std::string to_lower(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);

/// Without blanks and tabs at both ends.
std::string_view trim(std::string_view text);

/// The parts between `separator`s; an empty text has one empty part.
std::vector<std::string_view> split(std::string_view text, char separator);

/// The value of a hexadecimal digit, or -1.
int hex_value(char c);
std::string to_hex(std::span<const std::byte> bytes);

/// The whole text as a decimal number; nullopt if it is not one, contains blanks or is out of range.
std::optional<std::int64_t> parse_int(std::string_view text);

/// Well-formed UTF-8 (no overlong forms, no surrogates).
bool is_valid_utf8(std::string_view text);

/// The number of characters in well-formed UTF-8. Limits that people see are stated in characters.
std::size_t count_characters(std::string_view utf8);

/// Each byte of ISO 8859-1 is the character of the same number.
std::string latin1_to_utf8(std::string_view latin1);

/// Replaces invalid UTF-8 by U+FFFD: for untrusted texts that must be stored or shown.
std::string to_valid_utf8(std::string_view text);

}  // namespace karmen
