#pragma once

#include "redis/client.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace karmen::redis {

/// Messages that others publish on some channels (SUBSCRIBE), on a connection of its own that is made anew whenever it
/// is lost. Redis keeps no message for who is away: after each gap the listener is told to look at the state itself.
/// Owned by who listens, who must not be destroyed before stop() returned. Loop only.
class Subscription {
  public:
    class Listener {
      public:
        virtual ~Listener() = default;
        /// From now on messages come; all that were published before may have been missed. Also after the first
        /// connection.
        virtual void on_subscribed() = 0;
        virtual void on_message(std::string_view channel, const std::string& payload) = 0;
    };

    struct Options {
        ConnectionOptions connection;
        ReconnectDelay delay;
        /// A connection without a message is asked this often whether it is still there.
        std::chrono::milliseconds ping_interval{5000};
    };

    Subscription(Executor loop, Options options, std::vector<std::string> channels, Listener& listener, Log& log);

    void start();
    Awaitable<void> stop();

    /// False: messages that are published now will be missed.
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
