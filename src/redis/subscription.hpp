#pragma once

#include "redis/client.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace karmen::redis {

/// Messages on some channels (SUBSCRIBE), on its own connection. A lost connection is made again. Redis does not keep
/// messages meanwhile, so after each gap the listener is told to look at the state itself. Owned by the listener.
/// REQUIRES: stop() has returned before the listener is destroyed. Loop only.
class Subscription {
  public:
    class Listener {
      public:
        virtual ~Listener() = default;
        /// From now on messages come; earlier ones may have been missed. Also called after the first connection.
        virtual void on_subscribed() = 0;
        virtual void on_message(std::string_view channel, const std::string& payload) = 0;
    };

    struct Options {
        ConnectionOptions connection;
        ReconnectDelay delay;
        /// A connection without messages is tested this often.
        std::chrono::milliseconds ping_interval{5000};
    };

    Subscription(Executor loop, Options options, std::vector<std::string> channels, Listener& listener, Log& log);

    void start();
    Awaitable<void> stop();

    /// False while messages that are published would be missed.
    bool is_subscribed() const { return is_subscribed_; }

  private:
    Awaitable<void> stay_subscribed();
    Awaitable<void> subscribe(Backoff& backoff);
    Awaitable<void> watch(Connection& connection);
    void on_push(const Reply& push);

    Options options_;
    std::vector<std::string> channels_;
    Listener& listener_;
    Log& log_;
    TaskGroup tasks_;
    std::size_t confirmed_ = 0;
    bool is_subscribed_ = false;
    std::uint64_t pushes_ = 0;  ///< all that came from Redis, answers to pings too
};

}  // namespace karmen::redis
