#include "redis/connection.hpp"

#include "redis/protocol.hpp"
#include "runtime/event.hpp"
#include "runtime/timeout.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

namespace karmen::redis {

namespace {

namespace asio = boost::asio;
using Socket = asio::generic::stream_protocol::socket;
using Endpoint = asio::generic::stream_protocol::endpoint;

constexpr int kRetryAfterSeconds = 2;

/// A command whose answer has not come. If its caller has left, the answer is ignored.
struct Pending {
    Pending(const Executor& loop, std::chrono::milliseconds timeout) : timer(loop, timeout) {}

    void set(Answer value) {
        answer = std::move(value);
        timer.cancel();
    }
    void fail(const std::string& why) {
        failure = why;
        timer.cancel();
    }

    asio::steady_timer timer;  ///< ends when the answer is there, the connection is gone, or the time is up
    std::optional<Answer> answer;
    std::optional<std::string> failure;
};

/// Redis answers, but cannot execute the command now: it is loading its data, is full, cannot write, is a replica …
[[noreturn]] void throw_error(const std::string& name, const CommandError& error) {
    static constexpr std::array<std::string_view, 7> kTemporary{"LOADING",    "OOM",  "MISCONF",   "READONLY",
                                                                "MASTERDOWN", "BUSY", "NOREPLICAS"};
    if (std::ranges::find(kTemporary, error.word()) == kTemporary.end()) throw error;
    throw unavailable(LogDetail{name + ": " + error.detail()});
}

Awaitable<std::vector<Endpoint>> endpoints_of(const Url& url) {
    std::vector<Endpoint> result;
    if (url.host.empty()) {
        result.emplace_back(asio::local::stream_protocol::endpoint(url.socket_path));
        co_return result;
    }
    boost::system::error_code not_numeric;
    const auto address = asio::ip::make_address(url.host, not_numeric);
    if (!not_numeric) {
        result.emplace_back(asio::ip::tcp::endpoint(address, url.port));
        co_return result;
    }
    asio::ip::tcp::resolver resolver(co_await asio::this_coro::executor);
    for (const auto& entry : co_await resolver.async_resolve(url.host, std::to_string(url.port), asio::use_awaitable))
        result.emplace_back(entry.endpoint());
    co_return result;
}

/// To the first address that answers.
Awaitable<void> connect_socket(Socket& socket, Url url) {
    boost::system::error_code error = asio::error::host_not_found;
    for (const Endpoint& endpoint : co_await endpoints_of(url)) {
        boost::system::error_code ignored;
        socket.close(ignored);
        std::tie(error) = co_await socket.async_connect(endpoint, asio::as_tuple(asio::use_awaitable));
        if (!error) break;
    }
    if (error) throw boost::system::system_error(error);
    if (!url.host.empty()) {
        socket.set_option(asio::ip::tcp::no_delay(true));
        socket.set_option(asio::socket_base::keep_alive(true));
    }
}

}  // namespace

Error unavailable(LogDetail detail) {
    return Error(ErrorCode::kServiceUnavailable,
                 PublicMessage{"A part of the server that this needs does not answer, try again later"},
                 std::move(detail))
        .with_retry_after(kRetryAfterSeconds);
}

/// Lives as long as its socket is watched: the handlers of a read and a write own it, until close().
class Connection::State : public std::enable_shared_from_this<State> {
  public:
    State(const Executor& loop, ConnectionOptions options)
        : loop_(loop), options_(std::move(options)), socket_(loop), parser_(options_.reply_bytes_max), closed_(loop) {}

    Awaitable<void> open();
    /// Takes itself by value, because the connection may be destroyed before this is awaited.
    static Awaitable<Reply> command(std::shared_ptr<State> self, Arguments arguments,
                                    std::chrono::milliseconds timeout);
    void listen(std::function<void(const Reply&)> on_push) { on_push_ = std::move(on_push); }
    void send(const Arguments& arguments);
    void close(const std::string& why);

    bool is_open() const { return is_open_; }
    const std::string& failure() const { return failure_; }
    Event& closed() { return closed_; }
    const ConnectionOptions& options() const { return options_; }

  private:
    Awaitable<void> log_in();
    void read();
    void on_bytes(std::size_t size);
    void on_answer(Answer answer);
    void write();

    Executor loop_;
    ConnectionOptions options_;
    Socket socket_;
    ReplyParser parser_;
    Event closed_;
    bool is_open_ = false;
    std::string failure_ = "not connected";
    std::deque<std::shared_ptr<Pending>> unanswered_;
    std::function<void(const Reply&)> on_push_;
    std::string to_send_;
    std::string being_sent_;
    std::array<char, 16384> received_;
};

Awaitable<void> Connection::State::open() {
    co_await connect_socket(socket_, options_.url);
    is_open_ = true;
    failure_.clear();
    read();
    co_await log_in();
}

Awaitable<void> Connection::State::log_in() {
    const Url& url = options_.url;
    if (!url.password.empty()) {
        Arguments arguments{"AUTH"};
        if (!url.username.empty()) arguments.push_back(url.username);
        arguments.push_back(url.password);
        co_await command(shared_from_this(), std::move(arguments), options_.connect_timeout);
    }
    if (url.database != 0) {
        Arguments arguments{"SELECT", std::to_string(url.database)};
        co_await command(shared_from_this(), std::move(arguments), options_.connect_timeout);
    }
    // The operating system still accepts connections for a stopped process, so only an answer proves that Redis works.
    Arguments ping{"PING"};
    co_await command(shared_from_this(), std::move(ping), options_.connect_timeout);
}

Awaitable<Reply> Connection::State::command(std::shared_ptr<State> self, Arguments arguments,
                                            std::chrono::milliseconds timeout) {
    const std::string name = to_string(self->options_.url);
    if (!self->is_open_) throw unavailable(LogDetail{name + ": " + self->failure_});
    if (self->unanswered_.size() >= self->options_.unanswered_max)
        throw Error(ErrorCode::kOverloaded, PublicMessage{"The server is busy, try again later"},
                    LogDetail{"too many commands wait for Redis"})
            .with_retry_after(1);
    const auto pending = std::make_shared<Pending>(self->loop_, timeout);
    self->unanswered_.push_back(pending);
    self->send(arguments);
    co_await pending->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    // An answer that has come is returned even if the caller is cancelled at the same moment, because it may be a task.
    if (!pending->answer && !pending->failure) {
        if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted);
        self->close("no answer in time");
    }
    if (pending->failure) throw unavailable(LogDetail{name + ": " + *pending->failure});
    if (const auto* error = std::get_if<CommandError>(&*pending->answer)) throw_error(name, *error);
    co_return std::get<Reply>(std::move(*pending->answer));
}

void Connection::State::send(const Arguments& arguments) {
    if (!is_open_) return;
    to_send_ += encode(arguments);
    if (being_sent_.empty()) write();
}

void Connection::State::write() {
    being_sent_ = std::exchange(to_send_, {});
    asio::async_write(socket_, asio::buffer(being_sent_),
                      [self = shared_from_this()](boost::system::error_code error, std::size_t) {
                          self->being_sent_.clear();
                          if (error) return self->close(error.message());
                          if (!self->to_send_.empty()) self->write();
                      });
}

void Connection::State::read() {
    socket_.async_read_some(asio::buffer(received_),
                            [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
                                if (error) return self->close(error.message());
                                self->on_bytes(size);
                                if (self->is_open_) self->read();
                            });
}

void Connection::State::on_bytes(std::size_t size) {
    try {
        parser_.feed({received_.data(), size});
        while (is_open_) {
            auto answer = parser_.next();
            if (!answer) return;
            on_answer(std::move(*answer));
        }
    } catch (const std::exception& error) {
        close(error.what());
    }
}

void Connection::State::on_answer(Answer answer) {
    if (on_push_) {
        const auto* error = std::get_if<CommandError>(&answer);
        if (error) return close(error->detail());
        return on_push_(std::get<Reply>(answer));
    }
    if (unanswered_.empty()) return close("an answer that nobody asked for");
    const auto pending = std::move(unanswered_.front());
    unanswered_.pop_front();
    pending->set(std::move(answer));
}

void Connection::State::close(const std::string& why) {
    if (!std::exchange(is_open_, false)) return;
    failure_ = why;
    boost::system::error_code ignored;
    socket_.close(ignored);
    for (const auto& pending : std::exchange(unanswered_, {})) pending->fail(why);
    closed_.set();
}

Awaitable<std::unique_ptr<Connection>> Connection::open(ConnectionOptions options) {
    const std::string name = to_string(options.url);
    const auto timeout = options.connect_timeout;
    const auto state = std::make_shared<State>(co_await asio::this_coro::executor, std::move(options));
    // Closes it also when this is cancelled.
    std::unique_ptr<Connection> connection(new Connection(state));
    std::string why = "no answer in time";
    try {
        if (co_await finishes_within(timeout, state->open())) co_return connection;
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) throw;
        why = error.code().message();
    } catch (const CommandError& error) {
        why = error.detail();
    }
    throw unavailable(LogDetail{name + ": " + why});
}

Connection::~Connection() {
    state_->close("closed");
}

Awaitable<Reply> Connection::command(Arguments arguments) {
    const auto timeout = state_->options().command_timeout;
    return State::command(state_, std::move(arguments), timeout);
}

Awaitable<Reply> Connection::command(Arguments arguments, std::chrono::milliseconds timeout) {
    return State::command(state_, std::move(arguments), timeout);
}

void Connection::listen(std::function<void(const Reply&)> on_push) {
    state_->listen(std::move(on_push));
}

void Connection::send(const Arguments& arguments) {
    state_->send(arguments);
}

bool Connection::is_open() const {
    return state_->is_open();
}

const std::string& Connection::failure() const {
    return state_->failure();
}

void Connection::close() {
    state_->close("closed");
}

Awaitable<void> Connection::closed() {
    // The frame keeps what it waits on.
    const auto state = state_;
    co_await state->closed().wait();
}

}  // namespace karmen::redis
