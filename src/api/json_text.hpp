#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace karmen::api {

/// JSON as people and old clients expect it: numbers as they would write them (21.3, where Boost.JSON writes 2.13E1),
/// no blanks.
std::string to_text(const boost::json::value& value);

}  // namespace karmen::api
