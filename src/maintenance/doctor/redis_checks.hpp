#pragma once

#include "config/config.hpp"
#include "maintenance/doctor/finding.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

/// Checks the Redis of a distributed installation, and whether nginx finds it. Changes nothing.
namespace karmen::maintenance::doctor {

/// Where a site of nginx finds Redis (deploy/nginx/webcams.conf).
struct NginxRedis {
    std::string host;  ///< an address, a name, or `unix:/path`
    std::uint16_t port = 6379;
    bool operator==(const NginxRedis&) const = default;
};

/// The values of $karmen_redis_host and $karmen_redis_port in the text of the site's file; nullopt if there is no host,
/// or the port is invalid.
std::optional<NginxRedis> redis_of_nginx(std::string_view site);

/// Checks that the Redis of redis.url accepts our log-in. REQUIRES: redis.url is not empty.
Finding check_redis(const config::Config& config);

/// Checks that nginx finds the same Redis; uses our user and password. An error if redis.url is empty: then
/// nothing can be compared.
Finding check_nginx(const config::Config& config, const std::filesystem::path& site_file);

}  // namespace karmen::maintenance::doctor
