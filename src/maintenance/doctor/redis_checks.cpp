#include "maintenance/doctor/redis_checks.hpp"

#include "base/display.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "maintenance/redis_options.hpp"
#include "redis/connection.hpp"
#include "runtime/loop.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <limits>
#include <utility>

namespace karmen::maintenance::doctor {

namespace {

constexpr const char* kRedis = "redis";
constexpr const char* kNginx = "nginx";

/// The run id of Redis, which is unique. Throws Error.
std::string run_id(redis::ConnectionOptions options) {
    Loop loop;
    return loop.run_until_done([](redis::ConnectionOptions wanted) -> Awaitable<std::string> {
        const auto connection = co_await redis::Connection::open(std::move(wanted));
        const redis::Reply facts = co_await connection->command({"INFO", "server"});
        constexpr std::string_view kName = "run_id:";
        for (const std::string_view line : split(facts.text(), '\n'))
            if (line.starts_with(kName)) co_return std::string(trim(line.substr(kName.size())));
        co_return "";
    }(std::move(options)));
}

std::string reason_of(const Error& error) {
    return printable(error.detail().empty() ? error.what() : std::string(error.detail()));
}

/// The value in the line `set $name value;`, without quotes; empty if there is none.
std::string_view value_of(std::string_view site, std::string_view name) {
    for (std::string_view line : split(site, '\n')) {
        line = trim(line);
        if (!line.starts_with("set ")) continue;
        line = trim(line.substr(4));
        if (!line.starts_with(name)) continue;
        std::string_view value = trim(line.substr(name.size(), line.find(';') - name.size()));
        if (value.size() > 1 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
            value = value.substr(1, value.size() - 2);
        return value;
    }
    return {};
}

}  // namespace

std::optional<NginxRedis> redis_of_nginx(std::string_view site) {
    NginxRedis redis{.host = std::string(value_of(site, "$karmen_redis_host "))};
    if (redis.host.empty()) return std::nullopt;
    if (const std::string_view text = value_of(site, "$karmen_redis_port "); !text.empty()) {
        const auto port = parse_int(text);
        if (!port || *port < 1 || *port > std::numeric_limits<std::uint16_t>::max()) return std::nullopt;
        redis.port = static_cast<std::uint16_t>(*port);
    }
    return redis;
}

Finding check_redis(const config::Config& config) {
    try {
        const redis::ConnectionOptions options = redis_connection(config.redis);
        run_id(options);
        return ok(kRedis, fmt::format("{} answers", printable(redis::to_string(options.url))));
    } catch (const Error& failure) {
        return error(kRedis, fmt::format("{}; see redis.url", reason_of(failure)));
    }
}

Finding check_nginx(const config::Config& config, const std::filesystem::path& site_file) {
    if (config.redis.url.empty())
        return error(kNginx,
                     fmt::format("redis.url is not set, so Karmen's Redis cannot be compared with that of {}; set "
                                 "redis.url as the API processes have it (KARMEN_REDIS_URL), or leave --nginx out",
                                 printable(site_file.string())));
    std::ifstream file(site_file);
    if (!file) return error(kNginx, fmt::format("{} cannot be read", printable(site_file.string())));
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto wanted = redis_of_nginx(text);
    if (!wanted)
        return warning(kNginx, fmt::format("{} sets no $karmen_redis_host, or a $karmen_redis_port that is none: the "
                                           "API processes relay all webcams",
                                           printable(site_file.string())));
    constexpr std::string_view kUnix = "unix:";
    const std::string place =
        wanted->host.starts_with(kUnix) ? wanted->host : fmt::format("{}:{}", wanted->host, wanted->port);
    try {
        const redis::ConnectionOptions own = redis_connection(config.redis);
        redis::ConnectionOptions nginx = own;
        const bool is_socket = wanted->host.starts_with(kUnix);
        nginx.url.host = is_socket ? "" : wanted->host;
        nginx.url.socket_path = is_socket ? wanted->host.substr(kUnix.size()) : "";
        nginx.url.port = wanted->port;
        nginx.url.database = 0;
        const std::string found = run_id(nginx);
        if (found == run_id(own)) return ok(kNginx, fmt::format("it finds Karmen's Redis at {}", printable(place)));
        return error(kNginx, fmt::format("$karmen_redis_host leads to another Redis than redis.url, at {}: the API "
                                         "processes relay all webcams",
                                         printable(place)));
    } catch (const Error& failure) {
        return error(kNginx, fmt::format("no Redis answers at {} ({}): the API processes relay all webcams; see "
                                         "$karmen_redis_host",
                                         printable(place), reason_of(failure)));
    }
}

}  // namespace karmen::maintenance::doctor
