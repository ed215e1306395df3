#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace karmen::fake {

enum class JsonLayout { kCompact, kPretty };

/// JSON as Flask writes it: keys sorted, ASCII only (others as \uXXXX), floats always with a point, a newline at the
/// end; pretty is indented by two blanks.
std::string to_json_text(const boost::json::value& value, JsonLayout layout);

}  // namespace karmen::fake
