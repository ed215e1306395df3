#pragma once

#include "config/config.hpp"
#include "redis/connection.hpp"

namespace karmen::app {

/// Throws Error with a message for the operator when redis.url is none.
redis::ConnectionOptions redis_connection(const config::Redis& redis);

/// For how long the question of one process to a printer keeps the others from asking it: longer than the slowest
/// answer that comes.
config::Duration claim_lifetime(const config::Printers& printers);

}  // namespace karmen::app
