#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace karmen::net {

/// The parts of an absolute http or https URL, from the same parser that later makes the connection (libcurl's): a
/// second parser that read `http://a\@b/` differently would be a hole in every check of addresses.
struct UrlParts {
    std::string scheme;  ///< `http` or `https`
    std::string host;    ///< IPv4 numbers in their one normal form (`0x7f.1` is `127.0.0.1`), names in lower case
    std::uint16_t port;
    bool has_credentials;  ///< `user@` or `user:password@`
    bool operator==(const UrlParts&) const = default;
};

/// nullopt if it is not absolute, not http or https, or malformed. Any thread.
std::optional<UrlParts> parse_url(std::string_view url);

struct SplitUrl {
    std::string url;  ///< without user and password
    std::string user;
    std::string password;
    bool operator==(const SplitUrl&) const = default;
};

/// Removes user and password from a URL. nullopt as for parse_url, and if they contain control characters. Any thread.
std::optional<SplitUrl> split_credentials(std::string_view url);

/// The URL with another host. nullopt as for parse_url. Any thread.
std::optional<std::string> with_host(std::string_view url, const std::string& host);

}  // namespace karmen::net
