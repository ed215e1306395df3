#include "fake/octoprint/server.hpp"

#include "base/text.hpp"
#include "fake/answer.hpp"
#include "fake/paced_body.hpp"
#include "runtime/sleep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace karmen::fake {

namespace {

/// Clients may invent paths; the counters of the first ones are enough.
constexpr std::size_t kCountedPathsMax = 1000;

constexpr std::string_view kHaproxyAnswer =
    "HTTP/1.0 503 Service Unavailable\r\n"
    "cache-control: no-cache\r\n"
    "connection: close\r\n"
    "content-type: text/html\r\n"
    "\r\n"
    "<html><body><h1>503 Service Unavailable</h1>\n"
    "No server is available to handle this request.\n</body></html>\n";

constexpr std::string_view kStubPost =
    "HTTP/1.0 501 Unsupported method ('POST')\r\n"
    "Server: BaseHTTP/0.6 Python/3.11.2\r\n"
    "Connection: close\r\n"
    "Content-Type: text/html;charset=utf-8\r\n"
    "\r\n"
    "<html><body><h1>Error response</h1><p>Error code: 501</p></body></html>\n";

struct WrongStatus {
    Fault fault;
    unsigned status;
    std::string_view text;
};
constexpr std::array kWrongStatuses{
    WrongStatus{Fault::kServerError, 500,
                "The server encountered an internal error and was unable to complete your request. Either the server "
                "is overloaded or there is an error in the application."},
    WrongStatus{Fault::kConflict, 409, "Printer is not operational"},
    WrongStatus{Fault::kForbidden, 403,
                "You don't have the permission to access the requested resource. It is either read-protected or not "
                "readable by the server."},
};

Awaitable<void> write_huge(http::BodyWriter& out, std::uint64_t bytes) {
    const std::string block(std::min<std::uint64_t>(bytes, 64 * 1024), 'a');
    co_await out.write("{\"error\":\"");
    for (std::uint64_t sent = 0; sent < bytes; sent += block.size()) co_await out.write(block);
    co_await out.write("\"}");
}

Awaitable<http::ConnectionEnd> write_dripping(http::BodyWriter& out, std::string head, std::string body,
                                              std::uint64_t bytes_per_second) {
    co_await out.write(head);
    co_await write_slowly(out, body, bytes_per_second);
    co_return http::ConnectionEnd::kClose;
}

/// Takes the first half of an upload, so that the client is in the middle of sending.
Awaitable<void> read_half(http::RequestBody& body) {
    const std::uint64_t length = body.content_length().value_or(0);
    std::string buffer(16 * 1024, '\0');
    body.limit(length);
    for (std::uint64_t read = 0; read < length / 2;) {
        const std::size_t wanted = std::min<std::uint64_t>(buffer.size(), length / 2 - read);
        const std::size_t got = co_await body.read_some(std::span(buffer).first(wanted));
        if (got == 0) break;
        read += got;
    }
}

void break_utf8(std::string& body) {
    static constexpr std::string_view kBroken = "\xc3\x28\xff";
    const auto colon = body.find(':');
    const auto quote = body.find('"', colon == std::string::npos ? body.size() : colon);
    body.insert(quote == std::string::npos ? 0 : quote + 1, kBroken);
}

}  // namespace

Awaitable<http::Response> OctoPrintServer::handle(http::Request& request) {
    Call call = make_call(request, context_.options.access, host());
    if (AdminApi::is_asked_for(call.path)) co_return co_await admin_.handle(request, call.path);

    const std::string counter = request.method + " " + call.path;
    if (context_.requests.size() < kCountedPathsMax || context_.requests.contains(counter)) {
        ++context_.requests[counter];
    }
    std::optional<Semaphore::Place> turn;
    if (context_.faults.take(Fault::kSingleThreaded, call.path)) turn.emplace(co_await single_thread_.acquire());
    co_return co_await handle_in_turn(call);
}

Awaitable<http::Response> OctoPrintServer::handle_in_turn(Call& call) {
    if (auto wrong = co_await fault_in_place_of_answer(call)) co_return std::move(*wrong);
    context_.printer.advance(context_.now());
    if (Webcam::is_asked_for(call.request, call.path)) co_return webcam_.handle(call.request);
    http::Response response = co_await api_.handle(call);
    spoil(response, call.path);
    co_return sent_badly(call, std::move(response));
}

Awaitable<std::optional<http::Response>> OctoPrintServer::fault_in_place_of_answer(Call& call) {
    auto& faults = context_.faults;
    if (const auto slow = faults.take(Fault::kSlow, call.path)) {
        co_await sleep_for(std::chrono::milliseconds(slow->amount));
    }
    if (faults.take(Fault::kHang, call.path)) co_await wait_forever();
    if (faults.take(Fault::kSilentClose, call.path)) co_return raw_answer({}, http::ConnectionEnd::kClose);
    if (faults.take(Fault::kStarting, call.path)) co_return starting_up(call);
    const bool is_upload = call.request.body->content_length().value_or(0) > 0;
    if (is_upload && faults.take(Fault::kReset, call.path)) {
        co_await read_half(*call.request.body);
        co_return raw_answer({}, http::ConnectionEnd::kReset);
    }
    if (faults.take(Fault::kUnavailable, call.path)) {
        co_return raw_answer(std::string(kHaproxyAnswer), http::ConnectionEnd::kClose);
    }
    co_return wrong_status(call.path);
}

std::optional<http::Response> OctoPrintServer::wrong_status(std::string_view path) {
    for (const auto& wrong : kWrongStatuses) {
        if (!context_.faults.take(wrong.fault, path)) continue;
        return error_answer({wrong.status, std::string(wrong.text)}, context_.options.version);
    }
    if (const auto redirect = context_.faults.take(Fault::kRedirect, path)) {
        auto response = html_answer(302, "Found");
        response.headers.add("Location", redirect->location);
        return response;
    }
    if (const auto huge = context_.faults.take(Fault::kHuge, path)) {
        http::Response response = http::Response::json(200, {});
        const auto bytes = static_cast<std::uint64_t>(huge->amount);
        response.body = http::StreamBody([bytes](http::BodyWriter& out) { return write_huge(out, bytes); });
        return response;
    }
    return std::nullopt;
}

/// The stub that answers while OctoPrint starts.
http::Response OctoPrintServer::starting_up(const Call& call) const {
    if (call.request.method == "POST") return raw_answer(std::string(kStubPost), http::ConnectionEnd::kClose);
    if (call.path == "/") return html_answer(200, "OctoPrint is still starting up");
    return raw_answer("Not found", http::ConnectionEnd::kClose);
}

void OctoPrintServer::spoil(http::Response& response, std::string_view path) {
    auto* body = std::get_if<std::string>(&response.body);
    if (!body || body->empty()) return;
    auto& faults = context_.faults;
    if (faults.take(Fault::kGarbageJson, path)) *body = "<<< this is {not JSON [\n";
    if (faults.take(Fault::kTruncatedJson, path)) body->resize(body->size() / 2);
    if (faults.take(Fault::kInvalidUtf8, path)) break_utf8(*body);
    if (faults.take(Fault::kWrongContentType, path)) response.headers.set("Content-Type", "text/html; charset=UTF-8");
}

http::Response OctoPrintServer::sent_badly(const Call& call, http::Response response) {
    auto* body = std::get_if<std::string>(&response.body);
    if (!body) return response;
    std::string head = raw_head(response, body->size());
    if (context_.faults.take(Fault::kReset, call.path)) {
        return raw_answer(head + body->substr(0, body->size() / 2), http::ConnectionEnd::kReset);
    }
    if (const auto drip = context_.faults.take(Fault::kDrip, call.path)) {
        const auto rate = static_cast<std::uint64_t>(drip->amount);
        response.body = http::RawBody([head = std::move(head), text = std::move(*body), rate](http::BodyWriter& out) {
            return write_dripping(out, head, text, rate);
        });
        return response;
    }
    const bool is_close_wanted = equals_ignoring_case(call.request.headers.find("Connection").value_or(""), "close");
    if (!context_.options.version.closes_silently() || is_close_wanted) return response;
    const std::string_view text = call.request.method == "HEAD" ? std::string_view{} : std::string_view(*body);
    return raw_answer(head + std::string(text), http::ConnectionEnd::kClose);
}

std::string OctoPrintServer::host() const {
    return fmt::format("{}:{}", context_.options.address, context_.options.port);
}

}  // namespace karmen::fake
