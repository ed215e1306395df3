#pragma once

#include "base/clock.hpp"
#include "identity/login_throttle.hpp"
#include "redis/client.hpp"

namespace karmen::cluster {

/// The throttle that many processes share: each step is one script in Redis. It uses the clock of Redis, so that
/// neither a step of our machine's clock nor different clocks of processes end or lengthen a block. The client outlives
/// it.
///
/// Keys expire with the failures that they count. There are never more keys than passwords tried in one window, because
/// an attempt that the server has no time for is taken back. Keys contain hashes of names: people type passwords into
/// the wrong field, and Redis writes to a disk.
class RedisLoginThrottle final : public identity::LoginThrottle {
  public:
    RedisLoginThrottle(redis::Client& client, std::string key_prefix, identity::LoginThrottleOptions options,
                       const Clock* clock = nullptr);  ///< for tests: replaces the clock of Redis

    Awaitable<std::chrono::milliseconds> begin(std::string username, std::string network) override;
    Awaitable<void> succeeded(std::string username, std::string network) override;
    Awaitable<void> not_tried(std::string username, std::string network) override;

  private:
    struct Keys {
        std::string name;      ///< a hash
        std::string failures;  ///< of the name at the network
        std::string names;     ///< of the network
    };
    Keys keys(const std::string& username, const std::string& network) const;
    std::string now_ms() const;
    Awaitable<void> run(const redis::Script& script, const std::string& username, const std::string& network);

    redis::Client& client_;
    std::string key_prefix_;
    identity::LoginThrottleOptions options_;
    const Clock* clock_;
    redis::Script begin_;
    redis::Script succeeded_;
    redis::Script not_tried_;
};

}  // namespace karmen::cluster
