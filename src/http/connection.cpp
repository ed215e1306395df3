#include "http/connection.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace karmen::http {

namespace asio = boost::asio;
using boost::system::error_code;
using boost::system::system_error;

namespace {

Connection::TimePoint after(Connection::Milliseconds limit) {
    if (limit == Connection::Milliseconds::max()) return Connection::TimePoint::max();
    return std::chrono::steady_clock::now() + limit;
}

}  // namespace

/// One wait for the client: sets its deadline, and restores the handler's deadline at the end.
class Connection::Wait {
  public:
    Wait(Connection& connection, Milliseconds limit) : connection_(connection) {
        connection_.is_timed_out_ = false;
        connection_.is_waiting_for_client_ = true;
        connection_.deadline_ = after(limit);
    }
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    ~Wait() {
        connection_.is_waiting_for_client_ = false;
        connection_.deadline_ = connection_.is_handler_running_ ? after(connection_.handler_limit_) : TimePoint::max();
    }

    void throw_if_failed(const error_code& error) const {
        if (error == asio::error::operation_aborted && connection_.is_timed_out_)
            throw system_error(asio::error::timed_out);
        if (error) throw system_error(error);
    }

  private:
    Connection& connection_;
};

Connection::Connection(Socket socket) : socket_(std::move(socket)) {
    error_code ignored;
    socket_.non_blocking(true, ignored);
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

Awaitable<std::size_t> Connection::read_some(std::span<char> buffer, Milliseconds limit) {
    error_code error;
    const Wait wait(*this, limit);
    const std::size_t got = co_await socket_.async_read_some(asio::buffer(buffer.data(), buffer.size()),
                                                             asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::eof) co_return 0;
    wait.throw_if_failed(error);
    co_return got;
}

std::size_t Connection::write_available(std::span<const asio::const_buffer> buffers) {
    error_code error;
    const std::size_t sent = socket_.write_some(buffers, error);
    if (error && error != asio::error::would_block) throw system_error(error);
    return sent;
}

Awaitable<void> Connection::wait_writable(Milliseconds limit) {
    error_code error;
    const Wait wait(*this, limit);
    co_await socket_.async_wait(Socket::wait_write, asio::redirect_error(asio::use_awaitable, error));
    wait.throw_if_failed(error);
}

Awaitable<void> Connection::write_all(std::span<asio::const_buffer> buffers, Milliseconds limit) {
    for (;;) {
        // Most answers fit into the socket's buffer, so they need no extra turn of the loop.
        std::size_t sent = write_available(buffers);
        if (sent == 0) {
            co_await wait_writable(limit);
            continue;
        }
        while (!buffers.empty() && sent >= buffers.front().size()) {
            sent -= buffers.front().size();
            buffers = buffers.subspan(1);
        }
        if (buffers.empty()) co_return;
        buffers.front() += sent;
    }
}

void Connection::begin_handler(Milliseconds limit) {
    is_handler_running_ = true;
    handler_limit_ = limit;
    deadline_ = after(limit);
}

void Connection::lift_deadline() {
    begin_handler(Milliseconds::max());
}

void Connection::end_handler() {
    is_handler_running_ = false;
    deadline_ = TimePoint::max();
}

void Connection::shutdown_send() {
    error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
}

void Connection::reset() {
    error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    socket_.close(ignored);
}

void Connection::cancel(CancelReason reason) {
    cancel_reason_ = reason;
    cancel_.emit(asio::cancellation_type::terminal);
}

void Connection::check_deadline(TimePoint now) {
    if (now < deadline_) return;
    deadline_ = TimePoint::max();
    if (is_waiting_for_client_) {
        is_timed_out_ = true;
        error_code ignored;
        socket_.cancel(ignored);
    } else {
        cancel(CancelReason::kHandlerTimeout);
    }
}

}  // namespace karmen::http
