#pragma once

#include "base/log.hpp"
#include "redis/connection.hpp"
#include "redis/script.hpp"
#include "runtime/event.hpp"
#include "runtime/task_group.hpp"

#include <chrono>
#include <memory>

namespace karmen::redis {

/// The wait before the next attempt to connect; it doubles after each failure.
struct ReconnectDelay {
    std::chrono::milliseconds min{50};
    std::chrono::milliseconds max{2000};
};

/// Redis for many coroutines that share one connection. A lost connection is made again; until then commands fail at
/// once. Owned by the composition root; outlives its users. Loop only.
class Client {
  public:
    Client(Executor loop, ConnectionOptions options, Log& log, ReconnectDelay delay = {});
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Tries to connect once, then goes on in the background, whether it succeeded or not.
    Awaitable<void> start();
    /// Closes the connection. Commands fail from now on.
    Awaitable<void> stop();

    bool is_connected() const { return connection_ != nullptr && connection_->is_open(); }

    /// Throws as Connection::command. Not for commands that block.
    Awaitable<Reply> command(Arguments arguments);
    Awaitable<Reply> run(const Script& script, Arguments keys, Arguments arguments);

    /// A connection of the caller's own, for commands that block. Throws Error(kServiceUnavailable).
    Awaitable<std::unique_ptr<Connection>> open_connection() const { return Connection::open(options_); }

    const ConnectionOptions& options() const { return options_; }

  private:
    Awaitable<void> stay_connected();
    Awaitable<void> connect();

    ConnectionOptions options_;
    ReconnectDelay delay_;
    Log& log_;
    TaskGroup tasks_;
    Event tried_;
    std::unique_ptr<Connection> connection_;
    std::string failure_ = "not connected yet";
};

/// Waits between two attempts, longer and longer until reset(). Loop only.
class Backoff {
  public:
    explicit Backoff(ReconnectDelay delay) : delay_(delay), next_(delay.min) {}

    /// With jitter, so that many clients that lost the same server do not come back at the same moment.
    Awaitable<void> wait();
    void reset() { next_ = delay_.min; }

  private:
    ReconnectDelay delay_;
    std::chrono::milliseconds next_;
};

}  // namespace karmen::redis
