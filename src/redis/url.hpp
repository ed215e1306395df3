#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace karmen::redis {

/// The address of a Redis, with user and password: `redis://[[user]:password@]host[:port][/database]` or
/// `unix://[[user]:password@]/path[?db=database]`, names and passwords percent-encoded.
struct Url {
    std::string host;  ///< a name, or an address without brackets; empty for a Unix socket
    std::uint16_t port = 6379;
    std::string socket_path;
    std::string username;
    std::string password;
    int database = 0;
    bool operator==(const Url&) const = default;
};

/// nullopt if it has neither form. Any thread.
std::optional<Url> parse_url(std::string_view text);

/// For logs: without user and password.
std::string to_string(const Url& url);

}  // namespace karmen::redis
