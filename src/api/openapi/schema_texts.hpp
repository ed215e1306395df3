#pragma once

#include <string_view>

namespace karmen::api {

// Objects of JSON schemas by name. If an object schema has no `required`, all its properties are required.

/// The schemas of answers (json.cpp).
std::string_view answer_schemas();
/// The schemas of requests.
std::string_view request_schemas();

}  // namespace karmen::api
