#pragma once

#include "base/error.hpp"
#include "redis/reply.hpp"
#include "redis/url.hpp"
#include "runtime/awaitable.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace karmen::redis {

struct ConnectionOptions {
    Url url;
    std::chrono::milliseconds connect_timeout{2000};  ///< until Redis has accepted the log-in and answered once
    std::chrono::milliseconds command_timeout{2000};
    std::size_t reply_bytes_max = 64 << 20;
    std::size_t unanswered_max = 10'000;  ///< commands that were sent and not answered yet
};

/// The error while Redis cannot be reached: kServiceUnavailable, with a Retry-After.
Error unavailable(LogDetail detail);

/// One connection to Redis, open and logged in. Commands are sent at once, without waiting for earlier answers
/// (pipelining). Owned by Client, Subscription, or a caller that needs it for blocking commands; destroying it closes
/// it. Loop only.
class Connection {
  public:
    /// Throws Error(kServiceUnavailable).
    static Awaitable<std::unique_ptr<Connection>> open(ConnectionOptions options);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Throws CommandError for an error of Redis. Throws Error(kServiceUnavailable) if Redis cannot work now, or if the
    /// connection is closed or breaks before the answer came (then the command may have been executed or not), and
    /// Error(kOverloaded) if too many commands are unanswered. An answer that takes longer than the timeout breaks the
    /// connection. Cancelling the caller does not: the late answer is thrown away.
    Awaitable<Reply> command(Arguments arguments);
    Awaitable<Reply> command(Arguments arguments, std::chrono::milliseconds timeout);

    /// From now on every answer is a message (SUBSCRIBE) and goes to `on_push`, which must not destroy the connection.
    void listen(std::function<void(const Reply&)> on_push);
    /// Sends a command whose answer, if any, goes to on_push.
    void send(const Arguments& arguments);

    bool is_open() const;
    /// Why it is closed, for logs.
    const std::string& failure() const;
    void close();
    /// Waits until either side closes it.
    Awaitable<void> closed();

  private:
    class State;
    explicit Connection(std::shared_ptr<State> state) : state_(std::move(state)) {}

    std::shared_ptr<State> state_;
};

}  // namespace karmen::redis
