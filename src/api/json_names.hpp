#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace karmen::api {

/// The JSON pointer (RFC 6901) of the first member that repeats a name in its object. Parsers differ in which of the
/// two they keep, so a body could mean one thing to a filter in front of Karmen and another to Karmen. `json` must be
/// well-formed. If the pointer is longer than any that Karmen reads, the empty one is returned.
std::optional<std::string> find_repeated_member(std::string_view json);

}  // namespace karmen::api
