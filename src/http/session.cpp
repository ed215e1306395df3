#include "http/session.hpp"

#include "base/text.hpp"
#include "http/body_sender.hpp"
#include "http/problem.hpp"
#include "http/request_parser.hpp"
#include "http/session_body.hpp"
#include "http/target.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace karmen::http {

namespace asio = boost::asio;
using boost::system::system_error;
using std::chrono::steady_clock;

namespace {

/// How long we go on reading from a connection that we end, so that the client sees our answer and not a reset.
constexpr std::chrono::seconds kLingerIdleMax{2};
constexpr std::chrono::seconds kLingerMax{10};
constexpr int kRefusedRetryAfterSeconds = 5;

Connection::Milliseconds time_until(Connection::TimePoint deadline) {
    return std::chrono::ceil<Connection::Milliseconds>(deadline - steady_clock::now());
}

/// Only the path, because a query may hold secrets.
std::string_view path_of(const Request& request) {
    return std::string_view(request.target).substr(0, request.target.find('?'));
}

Error too_slow() {
    return {ErrorCode::kOverloaded, PublicMessage{"The server took too long to answer"}};
}

bool asks_to_close(const Response& response) {
    const auto connection = response.headers.find("Connection");
    return connection && equals_ignoring_case(*connection, "close");
}

}  // namespace

/// One request and its answer.
struct Session::Exchange {
    explicit Exchange(Session& session)
        : parser(request), body(session.connection_, session.input_, parser, session.context_.options) {
        request.body = &body;
    }

    bool is_head() const { return request.method == "HEAD"; }

    Request request;
    RequestParser parser;
    SessionBody body;
    Response response;
    std::optional<FileSender> file;  ///< instead of a FileBody in the response
    steady_clock::time_point start;
    std::uint64_t bytes_sent = 0;  ///< of the body
    bool keep_alive = false;
};

Session::Session(ServerContext& context, Connection::Socket socket, std::string peer)
    : context_(context), connection_(std::move(socket)), peer_(std::move(peer)) {}

Awaitable<void> Session::run() {
    return while_client_stays(serve());
}

Awaitable<void> Session::refuse() {
    return while_client_stays(answer_overloaded());
}

Awaitable<void> Session::while_client_stays(Awaitable<void> work) {
    try {
        co_await std::move(work);
    } catch (const system_error& error) {
        // The client left or was too slow, or the server cancelled the session. The socket is closed and nothing is
        // left to do.
        context_.log.debug("connection ended", {{"client", peer_}, {"reason", error.code().message()}});
    }
}

Awaitable<void> Session::answer_overloaded() {
    Exchange exchange(*this);
    exchange.request.id = context_.request_id(exchange.request);
    exchange.response =
        problem(exchange, Error(ErrorCode::kOverloaded, PublicMessage{"The server has too many connections"})
                              .with_retry_after(kRefusedRetryAfterSeconds));
    co_await send(exchange);
    co_await linger();
}

Awaitable<void> Session::serve() {
    for (;;) {
        switch (co_await serve_one()) {
            case Next::kRequest:
                continue;
            case Next::kLinger:
                co_await linger();
                co_return;
            case Next::kClose:
                co_return;
        }
    }
}

Awaitable<Session::Next> Session::serve_one() {
    Exchange exchange(*this);
    if (!co_await receive(exchange)) co_return Next::kClose;
    try {
        co_await send(exchange);
    } catch (const Error& error) {
        // The head was sent, so only the end of the connection can show that the body is incomplete.
        context_.log.error("response cut short", {{"request", exchange.request.id}, {"error", error.what()}});
        co_return Next::kClose;
    }
    log_request(exchange);
    if (exchange.keep_alive && co_await exchange.body.drain()) co_return Next::kRequest;
    co_return Next::kLinger;
}

/// From the first byte to the response. False if the client closed the connection, or left it idle.
Awaitable<bool> Session::receive(Exchange& exchange) {
    std::optional<Response> refusal;
    try {
        if (!co_await read_header(exchange)) co_return false;
        understand(exchange);
        co_await answer(exchange);
    } catch (const Error& error) {
        if (exchange.request.id.empty()) exchange.request.id = context_.request_id(exchange.request);
        exchange.response = problem(exchange, error);
    }
    co_return true;
}

Awaitable<bool> Session::read_header(Exchange& exchange) {
    HeaderScan scan;
    std::optional<Connection::TimePoint> deadline;
    for (;;) {
        // RFC 9112 §2.2: empty lines before a request are skipped.
        while (input_.view().starts_with("\r\n")) {
            input_.consume(2);
            scan = {};
        }
        if (const std::size_t length = scan.find_end(input_.view())) {
            exchange.start = steady_clock::now();
            exchange.parser.parse_header(input_.view().substr(0, length));
            input_.consume(length);
            co_return true;
        }
        if (input_.size() >= context_.options.header_bytes_max)
            throw Error(ErrorCode::kHeaderTooLarge, PublicMessage{"The header of the request is too large"});
        if (!co_await read_more(deadline)) co_return false;
    }
}

/// Reads more bytes of a header. False if there is no request to answer: the client closed the connection or left it
/// idle.
Awaitable<bool> Session::read_more(std::optional<Connection::TimePoint>& header_deadline) {
    const bool is_first = input_.empty();
    if (is_first && context_.is_stopping) co_return false;
    if (!is_first && !header_deadline) header_deadline = steady_clock::now() + context_.options.header_timeout;
    is_idle_ = is_first;
    std::size_t got = 0;
    try {
        got = co_await connection_.read_some(
            input_.prepare(context_.options.header_bytes_max),
            is_first ? context_.options.keep_alive_timeout : time_until(*header_deadline));
    } catch (const system_error& error) {
        if (error.code() != asio::error::timed_out) throw;
        if (is_first) co_return false;
        throw Error(ErrorCode::kRequestTimeout, PublicMessage{"The header of the request came too slowly"});
    }
    is_idle_ = false;
    input_.commit(got);
    co_return got > 0;
}

void Session::understand(Exchange& exchange) {
    Request& request = exchange.request;
    request.id = context_.request_id(request);
    request.remote_address = context_.remote_address(request, peer_);
    request.prefix = context_.prefix(request, peer_);
    // If a request is refused from here on, the connection stays usable.
    exchange.keep_alive = exchange.parser.wants_keep_alive();
    const auto expect = request.headers.find("Expect");
    if (expect && !exchange.parser.is_http_1_0()) {
        if (!equals_ignoring_case(*expect, "100-continue"))
            throw Error(ErrorCode::kExpectationFailed, PublicMessage{"Only 100-continue can be expected"});
        exchange.body.expect_continue();
    }
    Target target = parse_target(request.target);
    request.segments = std::move(target.segments);
    request.query = std::move(target.query);
}

Awaitable<void> Session::answer(Exchange& exchange) {
    connection_.begin_handler(context_.options.handler_timeout);
    exchange.request.lift_deadline = [this] { connection_.lift_deadline(); };
    std::optional<Response> response = co_await run_handler(exchange);
    connection_.end_handler();
    switch (connection_.cancel_reason()) {
        case Connection::CancelReason::kNone:
            break;
        case Connection::CancelReason::kHandlerTimeout:
            // The coroutine itself was cancelled; it must go on to return that.
            co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
            connection_.forget_cancel();
            exchange.keep_alive = false;
            break;
        default:
            throw system_error(asio::error::operation_aborted);
    }
    exchange.response = response ? std::move(*response) : problem(exchange, too_slow());
}

/// nullopt if it was cancelled.
Awaitable<std::optional<Response>> Session::run_handler(Exchange& exchange) {
    static constexpr auto kGeneric = "An internal error happened; the log says more";
    try {
        Response response = co_await context_.handler(exchange.request);
        auto* file = std::get_if<FileBody>(&response.body);
        if (file && file->length > 0 && !exchange.is_head()) {
            exchange.file.emplace(context_.files, std::move(*file));
            co_await exchange.file->load();
        }
        co_return response;
    } catch (const Error& error) {
        exchange.file.reset();
        co_return problem(exchange, error);
    } catch (const std::exception& error) {
        exchange.file.reset();
        if (connection_.cancel_reason() != Connection::CancelReason::kNone) co_return std::nullopt;
        co_return problem(exchange, Error(ErrorCode::kInternal, PublicMessage{kGeneric}, LogDetail{error.what()}));
    }
}

Awaitable<void> Session::send(Exchange& exchange) {
    Response& response = exchange.response;
    if (std::holds_alternative<RawBody>(response.body)) co_return co_await send_raw(exchange);
    if (context_.options.before_send) context_.options.before_send(exchange.request, response);
    HeadFacts facts;
    if (response.status == 204 || response.status == 304) {
        facts.framing = Framing::kNoBody;
    } else if (const auto text = response.body_text()) {
        facts.length = text->size();
    } else if (const auto* file = std::get_if<FileBody>(&response.body)) {
        facts.length = file->length;
    } else {
        facts.framing = exchange.parser.is_http_1_0() ? Framing::kUntilClose : Framing::kChunked;
    }
    exchange.keep_alive = exchange.keep_alive && !context_.is_stopping && exchange.body.is_worth_draining() &&
                          facts.framing != Framing::kUntilClose && !asks_to_close(response);
    facts.date = context_.date();
    facts.request_id = exchange.request.id;
    if (!exchange.keep_alive)
        facts.connection = "close";
    else if (exchange.parser.is_http_1_0())
        facts.connection = "keep-alive";
    std::string head;
    append_head(head, response, facts);
    co_await send_body(exchange, head, facts.framing);
}

Awaitable<void> Session::send_body(Exchange& exchange, std::string_view head, Framing framing) {
    Response& response = exchange.response;
    const bool has_body = framing != Framing::kNoBody && !exchange.is_head();
    if (has_body && exchange.file) {
        exchange.bytes_sent = exchange.file->length();
        co_await exchange.file->send(connection_, head, context_.options.write_idle_timeout);
    } else if (has_body && std::holds_alternative<StreamBody>(response.body)) {
        co_await send_stream(exchange, head, framing);
    } else {
        const std::string_view body = has_body ? response.body_text().value_or("") : std::string_view{};
        exchange.bytes_sent = body.size();
        co_await write(head, body);
    }
}

Awaitable<void> Session::send_stream(Exchange& exchange, std::string_view head, Framing framing) {
    co_await write(head, {});
    StreamWriter writer(connection_, framing, context_.options.write_idle_timeout);
    connection_.lift_deadline();
    try {
        co_await std::get<StreamBody>(exchange.response.body)(writer);
    } catch (const system_error&) {
        throw;
    } catch (const std::exception& error) {
        throw Error(ErrorCode::kInternal, PublicMessage{"The stream broke off"}, LogDetail{error.what()});
    }
    connection_.end_handler();
    exchange.bytes_sent = writer.bytes_written();
    co_await writer.finish();
}

Awaitable<void> Session::send_raw(Exchange& exchange) {
    exchange.keep_alive = false;
    StreamWriter writer(connection_, Framing::kUntilClose, context_.options.write_idle_timeout);
    connection_.lift_deadline();
    const ConnectionEnd end = co_await std::get<RawBody>(exchange.response.body)(writer);
    connection_.end_handler();
    exchange.bytes_sent = writer.bytes_written();
    if (end == ConnectionEnd::kReset) {
        connection_.reset();
        throw system_error(asio::error::connection_reset);
    }
}

Awaitable<void> Session::write(std::string_view first, std::string_view second) {
    std::array<asio::const_buffer, 2> buffers{asio::buffer(first), asio::buffer(second)};
    co_await connection_.write_all(buffers, context_.options.write_idle_timeout);
}

/// A socket that is closed with unread bytes sends a reset, which can overtake our answer. So we stop sending, and read
/// and drop the client's bytes for a while.
Awaitable<void> Session::linger() {
    connection_.shutdown_send();
    const auto end = steady_clock::now() + kLingerMax;
    std::vector<char> waste(64UL * 1024);
    std::size_t got = 0;
    do {
        const auto limit = std::min<Connection::Milliseconds>(kLingerIdleMax, time_until(end));
        got = co_await connection_.read_some(waste, limit);
    } while (got > 0 && steady_clock::now() < end);
}

Response Session::problem(const Exchange& exchange, const Error& error) {
    const Request& request = exchange.request;
    const unsigned status = status_of(error.code());
    context_.log.write(status >= 500 ? LogLevel::kError : LogLevel::kDebug, "request failed",
                       {{"request", request.id},
                        {"method", request.method},
                        {"path", path_of(request)},
                        {"status", status},
                        {"error", error.what()}});
    return problem_response(error, request.id);
}

void Session::log_request(const Exchange& exchange) {
    if (!context_.log.is_enabled(LogLevel::kDebug)) return;
    const auto duration = std::chrono::duration<double, std::milli>(steady_clock::now() - exchange.start);
    context_.log.debug("request", {{"request", exchange.request.id},
                                   {"client", exchange.request.remote_address},
                                   {"method", exchange.request.method},
                                   {"path", path_of(exchange.request)},
                                   {"status", exchange.response.status},
                                   {"bytes", exchange.bytes_sent},
                                   {"duration_ms", duration.count()}});
}

}  // namespace karmen::http
