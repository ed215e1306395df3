#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace karmen::redis {

/// Where a Redis is and who asks: `redis://[[user]:password@]host[:port][/database]` or
/// `unix://[[user]:password@]/path[?db=database]`, names and passwords percent-encoded.
struct Url {
    std::string host;  ///< a name or an address without brackets; empty: a Unix socket
    std::uint16_t port = 6379;
    std::string socket_path;
    std::string username;
    std::string password;
    int database = 0;
    bool operator==(const Url&) const = default;
};

/// nullopt: not one of the two forms. Any thread.
std::optional<Url> parse_url(std::string_view text);

/// For logs: without user and password.
std::string to_string(const Url& url);

}  // namespace karmen::redis
