#pragma once

#include <string_view>

namespace karmen::http {

/// The reason phrase of a status (RFC 9110 §15), such as `Not Found`.
std::string_view status_text(unsigned status);

}  // namespace karmen::http
