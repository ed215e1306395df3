#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace karmen::http {

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7, IMF-fixdate).
std::string to_http_date(std::chrono::sys_seconds time);

/// Reads what `to_http_date` writes; the obsolete forms count as no date.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text);

}  // namespace karmen::http
