#pragma once

#include <string_view>

namespace karmen::api {

// Objects of JSON schemas by name. Where an object schema has no `required`, all its properties are.

/// What answers are made of (json.cpp).
std::string_view answer_schemas();
/// What requests are made of.
std::string_view request_schemas();

}  // namespace karmen::api
