#pragma once

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace karmen::printers::octoprint {

/// Python's json module writes NaN, Infinity and -Infinity, which JSON does not have: null in their place, outside of
/// texts. Any thread.
std::string without_nan(std::string_view body);

/// An object, from a stranger: bounded in depth, with NaN as null, also in Latin-1. nullopt: none. Any thread.
std::optional<boost::json::value> parse_object(std::string_view body);

}  // namespace karmen::printers::octoprint
