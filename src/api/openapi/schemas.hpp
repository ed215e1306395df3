#pragma once

#include <boost/json/object.hpp>

namespace karmen::api {

/// The JSON Schema of every body that this API takes or gives, by name: `components/schemas` of the OpenAPI document.
/// What json.cpp, emulator_json.cpp and the handlers write and read must be said here; the black-box tests hold every
/// answer to it.
boost::json::object schemas();

}  // namespace karmen::api
