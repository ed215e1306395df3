#include "http/session_body.hpp"

#include "base/error.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <limits>
#include <string_view>

namespace karmen::http {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kChunkInputBytes = 16UL * 1024;
constexpr std::uint64_t kDrainBytesMax = 64UL * 1024;

[[noreturn]] void refuse_slow() {
    throw Error(ErrorCode::kRequestTimeout, PublicMessage{"The body of the request came too slowly"});
}

[[noreturn]] void refuse_cut() {
    throw Error(ErrorCode::kMalformedBody, PublicMessage{"The body of the request ended early"});
}

}  // namespace

SessionBody::SessionBody(Connection& connection, InputBuffer& input, RequestParser& parser,
                         const ServerOptions& options)
    : connection_(connection), input_(input), parser_(parser), options_(options), bytes_max_(options.json_bytes_max) {}

void SessionBody::refuse_above_limit(std::uint64_t bytes) const {
    if (bytes <= bytes_max_) return;
    throw Error(ErrorCode::kBodyTooLarge,
                PublicMessage{"The body of the request is larger than " + std::to_string(bytes_max_) + " bytes"});
}

void SessionBody::limit(std::uint64_t bytes_max) {
    bytes_max_ = bytes_max;
    refuse_above_limit(content_length().value_or(0));
}

Awaitable<void> SessionBody::send_continue() {
    is_continue_due_ = false;
    // A client that has sent the body already does not wait for it.
    if (!input_.empty()) co_return;
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::const_buffer bytes = asio::buffer(kContinue);
    co_await connection_.write_all(std::span(&bytes, 1), options_.write_idle_timeout);
}

/// Waits for the client. Throws if it is too slow, for one piece or on average.
Awaitable<std::size_t> SessionBody::receive(std::span<char> buffer) {
    const auto start = std::chrono::steady_clock::now();
    std::size_t got = 0;
    try {
        got = co_await connection_.read_some(buffer, options_.body_idle_timeout);
    } catch (const boost::system::system_error& error) {
        is_broken_ = true;
        if (error.code() == asio::error::operation_aborted) throw;
        if (error.code() == asio::error::timed_out) refuse_slow();
        refuse_cut();
    }
    if (got == 0) {
        is_broken_ = true;
        refuse_cut();
    }
    // Only waiting counts, because a slow disk is not the client's fault.
    waited_ += std::chrono::steady_clock::now() - start;
    const auto seconds = std::chrono::duration<double>(waited_).count();
    if (waited_ > options_.body_idle_timeout &&
        static_cast<double>(received_ + got) < seconds * static_cast<double>(options_.body_bytes_per_second_min)) {
        is_broken_ = true;
        refuse_slow();
    }
    co_return got;
}

Awaitable<std::size_t> SessionBody::receive_direct(std::span<char> buffer) {
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), parser_.remaining()));
    const std::size_t got = co_await receive(buffer.first(wanted));
    co_return parser_.parse_body({buffer.data(), got}, buffer).given;
}

Awaitable<std::size_t> SessionBody::read_some(std::span<char> buffer) {
    if (parser_.is_body_done() || buffer.empty()) co_return 0;
    refuse_above_limit(content_length().value_or(0));
    if (is_broken_) refuse_cut();
    if (is_continue_due_) co_await send_continue();
    std::size_t given = 0;
    while (given == 0 && !parser_.is_body_done()) {
        if (input_.empty() && !parser_.is_chunked()) {
            given = co_await receive_direct(buffer);
            continue;
        }
        const RequestParser::Progress progress = parse(buffer);
        given = progress.given;
        if (given > 0 || progress.used > 0) continue;
        const std::span<char> room = input_.prepare(kChunkInputBytes);
        if (room.empty()) {
            is_broken_ = true;
            throw Error(ErrorCode::kMalformedBody, PublicMessage{"A chunk of the request body has too long a header"});
        }
        input_.commit(co_await receive(room));
    }
    received_ += given;
    refuse_above_limit(received_);
    co_return given;
}

RequestParser::Progress SessionBody::parse(std::span<char> buffer) {
    try {
        const RequestParser::Progress progress = parser_.parse_body(input_.view(), buffer);
        input_.consume(progress.used);
        return progress;
    } catch (const Error&) {
        is_broken_ = true;
        throw;
    }
}

bool SessionBody::is_worth_draining() const {
    if (parser_.is_body_done()) return true;
    return !is_broken_ && !is_continue_due_ && !parser_.is_chunked() && parser_.remaining() <= kDrainBytesMax;
}

Awaitable<bool> SessionBody::drain() {
    bytes_max_ = std::numeric_limits<std::uint64_t>::max();
    std::vector<char> waste;
    try {
        while (!parser_.is_body_done()) {
            waste.resize(4096);
            co_await read_some(waste);
        }
    } catch (const Error&) {
        co_return false;
    }
    co_return true;
}

}  // namespace karmen::http
