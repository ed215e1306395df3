#include "maintenance/redis_options.hpp"

#include "base/error.hpp"

namespace karmen::maintenance {

redis::ConnectionOptions redis_connection(const config::Redis& redis) {
    auto url = redis::parse_url(redis.url);
    // Without the URL: it may hold a password.
    if (!url) throw Error(ErrorCode::kInvalidInput, PublicMessage{"redis.url is not the URL of a Redis"});
    return {.url = std::move(*url), .connect_timeout = redis.connect_timeout, .command_timeout = redis.command_timeout};
}

}  // namespace karmen::maintenance
