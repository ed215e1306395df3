#pragma once

#include <boost/json/object.hpp>

#include <string_view>

namespace karmen::api {

/// The JSON Schema of every body that this API takes or gives, by name: `components/schemas` of the OpenAPI document.
/// They must describe everything that json.cpp and the handlers write and read; the contract tests validate every
/// answer against them.
boost::json::object schemas();

/// Parses schemas by name from JSON. If an object does not say which members are required, all are.
boost::json::object parse_schemas(std::string_view text);

}  // namespace karmen::api
