#include "redis/url.hpp"

#include "base/text.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <limits>

namespace karmen::redis {

namespace {

/// Empty is database 0.
std::optional<int> database_number(std::string_view text) {
    if (text.empty()) return 0;
    const auto number = parse_int(text);
    if (!number || *number < 0 || *number > std::numeric_limits<int>::max()) return std::nullopt;
    return static_cast<int>(*number);
}

std::optional<Url> read_tcp(const boost::urls::url_view& parts, Url url) {
    url.host = parts.host_address();
    if (url.host.empty() || parts.has_query()) return std::nullopt;
    if (parts.has_port()) {
        const auto port = parse_int(std::string_view(parts.port()));
        if (!port || *port < 1 || *port > std::numeric_limits<std::uint16_t>::max()) return std::nullopt;
        url.port = static_cast<std::uint16_t>(*port);
    }
    const std::string path = parts.path();
    const auto database = database_number(path.empty() ? path : path.substr(1));
    if (!database) return std::nullopt;
    url.database = *database;
    return url;
}

std::optional<Url> read_unix(const boost::urls::url_view& parts, Url url) {
    url.socket_path = parts.path();
    if (!parts.host().empty() || parts.has_port() || url.socket_path.size() < 2) return std::nullopt;
    for (const auto parameter : parts.params()) {
        const auto database = database_number(parameter.value);
        if (parameter.key != "db" || !database) return std::nullopt;
        url.database = *database;
    }
    return url;
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
    const auto parts = boost::urls::parse_uri({text.data(), text.size()});
    if (!parts || parts->has_fragment() || !parts->has_authority()) return std::nullopt;
    Url url{.username = parts->user(), .password = parts->password()};
    if (url.password.empty() && !url.username.empty()) return std::nullopt;  // a user without password cannot log in
    if (parts->scheme() == "redis") return read_tcp(*parts, std::move(url));
    if (parts->scheme() == "unix") return read_unix(*parts, std::move(url));
    return std::nullopt;
}

std::string to_string(const Url& url) {
    if (url.host.empty()) return "unix://" + url.socket_path + "?db=" + std::to_string(url.database);
    const bool is_ipv6 = url.host.find(':') != std::string::npos;
    const std::string host = is_ipv6 ? "[" + url.host + "]" : url.host;
    return "redis://" + host + ":" + std::to_string(url.port) + "/" + std::to_string(url.database);
}

}  // namespace karmen::redis
