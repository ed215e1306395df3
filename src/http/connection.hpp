#pragma once

#include "runtime/awaitable.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <span>

namespace karmen::http {

/// A client's socket with the deadline of what it is doing now. The deadline is a point in time that the server's
/// clock-tick compares, not a timer of its own: most operations end long before theirs. Loop only; owned by its
/// Session.
class Connection {
  public:
    using Socket = boost::asio::ip::tcp::socket;
    using TimePoint = std::chrono::steady_clock::time_point;
    using Milliseconds = std::chrono::milliseconds;

    enum class CancelReason { kNone, kHandlerTimeout, kClientLeft, kStopping };

    explicit Connection(Socket socket);

    /// At least one byte, or 0 at the end. Throws system_error: timed_out after `limit`, operation_aborted if the
    /// session is cancelled.
    Awaitable<std::size_t> read_some(std::span<char> buffer, Milliseconds limit);

    /// How many bytes the socket takes without waiting, perhaps none. Throws system_error.
    std::size_t write_available(std::span<const boost::asio::const_buffer> buffers);
    /// Returns when the socket takes bytes again. Throws as write_all.
    Awaitable<void> wait_writable(Milliseconds limit);

    /// Throws system_error: timed_out when the client takes nothing for `limit`. Changes `buffers`.
    Awaitable<void> write_all(std::span<boost::asio::const_buffer> buffers, Milliseconds limit);

    /// From now on the session waits for something other than its client. It is cancelled if the client leaves, or
    /// after `limit`, which starts again with every read of the body.
    void begin_handler(Milliseconds limit);
    /// The same without limit.
    void lift_deadline();
    void end_handler();

    /// Says that nothing more will be sent, so that the client reads all of the answer before it sees the end.
    void shutdown_send();
    /// Closes the socket so that the client sees a reset (RST).
    void reset();

    void cancel(CancelReason reason);
    CancelReason cancel_reason() const { return cancel_reason_; }
    void forget_cancel() { cancel_reason_ = CancelReason::kNone; }
    boost::asio::cancellation_slot cancellation_slot() { return cancel_.slot(); }

    // For the server's clock-tick:
    void check_deadline(TimePoint now);
    bool is_client_watched() const { return is_handler_running_ && !is_waiting_for_client_; }
    int native_handle() { return socket_.native_handle(); }

  private:
    class Wait;

    Socket socket_;
    TimePoint deadline_ = TimePoint::max();
    Milliseconds handler_limit_{0};
    bool is_handler_running_ = false;
    bool is_waiting_for_client_ = false;
    bool is_timed_out_ = false;
    CancelReason cancel_reason_ = CancelReason::kNone;
    boost::asio::cancellation_signal cancel_;
};

}  // namespace karmen::http
