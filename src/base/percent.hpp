#pragma once

#include <string>
#include <string_view>

namespace karmen {

/// Letters, digits and `-._~`, which mean the same encoded or not (RFC 3986 section 2.3).
bool is_unreserved(char c);

/// Every byte but unreserved characters, and those of `also_plain`, as %XX: right in a part of a path or a query, and
/// in an RFC 5987 value.
std::string percent_encoded(std::string_view text, std::string_view also_plain = {});

/// The byte that `%` and two hexadecimal digits at the beginning of the text encode; negative if the text does not
/// begin so.
int percent_encoded_byte(std::string_view text);

}  // namespace karmen
