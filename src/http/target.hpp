#pragma once

#include "http/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace karmen::http {

/// A request target (RFC 9112 §3.2) in parts.
struct Target {
    /// Decoded. Empty segments between slashes are left out (`//gcodes` is `/gcodes`); a slash at the end gives one
    /// empty segment (`/gcodes/` is not `/gcodes`). `/` has no segments. A `%2F` becomes part of a value and matches no
    /// literal.
    std::vector<std::string> segments;
    Query query;
};

/// Takes `/path?query` and `http://host/path?query`. Throws Error(kInvalidInput) for other forms, broken
/// percent-encoding, NUL and what is not UTF-8.
Target parse_target(std::string_view target);

}  // namespace karmen::http
