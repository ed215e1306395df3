#pragma once

#include "config/config.hpp"
#include "redis/connection.hpp"

namespace karmen::maintenance {

/// Throws Error with a message for the operator if redis.url is malformed.
redis::ConnectionOptions redis_connection(const config::Redis& redis);

}  // namespace karmen::maintenance
