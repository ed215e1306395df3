#pragma once

#include "api/route.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace karmen::api {

// The parts of an OpenAPI operation, each derived from its route.

std::string_view tag_of(std::string_view path);
boost::json::array tags();

/// Who may call it, in words.
std::string access_text(const Access& access);
boost::json::array security(const Access& access);
boost::json::object security_schemes();

/// One for each `{name}` of the path.
boost::json::array path_parameters(std::string_view path);
boost::json::array query_parameters(QueryFacts query);

/// `{"application/json": {"schema": {"$ref": …}}}`
boost::json::object content(std::string_view media_type, std::string_view schema);

/// By status: all successes, and all errors with their codes.
boost::json::object responses(const Route& route);

}  // namespace karmen::api
