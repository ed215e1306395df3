#pragma once

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace karmen::printers::octoprint {

/// Replaces NaN, Infinity and -Infinity outside of texts by null: Python's json module writes them, but JSON does not
/// have them. Any thread.
std::string without_nan(std::string_view body);

/// Parses an untrusted JSON object: bounded in depth, with NaN as null, also in Latin-1. nullopt if it is not an
/// object. Any thread. This makes the object; JsonMembers reads its members.
std::optional<boost::json::value> parse_object(std::string_view body);

}  // namespace karmen::printers::octoprint
