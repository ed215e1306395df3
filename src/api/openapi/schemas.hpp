#pragma once

#include <boost/json/object.hpp>

#include <string_view>

namespace karmen::api {

/// The JSON Schema of every body that this API takes or gives, by name: `components/schemas` of the OpenAPI document.
/// What json.cpp and the handlers write and read must be said here; the black-box tests hold every
/// answer to it.
boost::json::object schemas();

/// Schemas by name, from their JSON; an object that does not say which of its members are required requires all.
boost::json::object parse_schemas(std::string_view text);

}  // namespace karmen::api
