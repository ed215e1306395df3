#pragma once

#include <string>
#include <string_view>

namespace karmen::redis {

/// A Lua script that Redis runs as one atomic step. Immutable; made once, where it is used.
struct Script {
    explicit Script(std::string_view source_in);

    std::string source;
    std::string sha1;  ///< by which Redis finds a script that it has run before
};

}  // namespace karmen::redis
