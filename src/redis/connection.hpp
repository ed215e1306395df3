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
    std::chrono::milliseconds connect_timeout{2000};  ///< until Redis has let us in and answered once
    std::chrono::milliseconds command_timeout{2000};
    std::size_t reply_bytes_max = 64 << 20;
    std::size_t unanswered_max = 10'000;  ///< commands on their way at the same time
};

/// The error of everything that needs Redis while it is away: kServiceUnavailable, with a Retry-After.
Error unavailable(LogDetail detail);

/// One connection to Redis, made and let in. Commands are sent as they come, without waiting for the answers of earlier
/// ones (pipelining). Owned by Client, Subscription, or whoever needs one for commands that block; destroying it closes
/// it. Loop only.
class Connection {
  public:
    /// Throws Error(kServiceUnavailable).
    static Awaitable<std::unique_ptr<Connection>> open(ConnectionOptions options);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Throws CommandError for an error of Redis, Error(kServiceUnavailable) when it cannot work now, or the connection
    /// is closed or breaks before the answer came (then the command may have been executed or not), Error(kOverloaded)
    /// when too many are on their way. An answer that takes longer than the timeout breaks the connection. A cancelled
    /// caller leaves it as it is: the late answer is thrown away.
    Awaitable<Reply> command(Arguments arguments);
    Awaitable<Reply> command(Arguments arguments, std::chrono::milliseconds timeout);

    /// From here on every answer is one that nobody asked for (SUBSCRIBE): it goes to `on_push`, which must not destroy
    /// the connection.
    void listen(std::function<void(const Reply&)> on_push);
    /// Sends a command whose answer, if any, goes to on_push.
    void send(const Arguments& arguments);

    bool is_open() const;
    /// Why it is closed, for logs.
    const std::string& failure() const;
    void close();
    /// Waits until it is closed, by whichever side.
    Awaitable<void> closed();

  private:
    class State;
    explicit Connection(std::shared_ptr<State> state) : state_(std::move(state)) {}

    std::shared_ptr<State> state_;
};

}  // namespace karmen::redis
