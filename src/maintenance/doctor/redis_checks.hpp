#pragma once

#include "config/config.hpp"
#include "maintenance/doctor/finding.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

/// The Redis of many processes, and nginx's way to it. Nothing is changed.
namespace karmen::maintenance::doctor {

/// Where a site of nginx finds Redis (deploy/nginx/webcams.conf).
struct NginxRedis {
    std::string host;  ///< an address, a name, or `unix:/path`
    std::uint16_t port = 6379;
    bool operator==(const NginxRedis&) const = default;
};

/// What the text of the site's file sets as $karmen_redis_host and $karmen_redis_port; none: no host, or a port that is
/// none.
std::optional<NginxRedis> redis_of_nginx(std::string_view site);

/// Whether the Redis of redis.url lets us in. REQUIRES: redis.url is not empty.
Finding check_redis(const config::Config& config);

/// Whether nginx finds that same Redis. It is asked with our user and password. REQUIRES: redis.url is not empty.
Finding check_nginx(const config::Config& config, const std::filesystem::path& site_file);

}  // namespace karmen::maintenance::doctor
