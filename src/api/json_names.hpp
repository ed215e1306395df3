#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace karmen::api {

/// The JSON pointer (RFC 6901) of the first member whose object has one of that name already: parsers differ in which
/// of the two they keep, so that a body could mean one thing to a filter in front of Karmen and another here. `json`
/// must be well-formed. Of a pointer that is longer than anything Karmen reads, the empty one is given.
std::optional<std::string> find_repeated_member(std::string_view json);

}  // namespace karmen::api
