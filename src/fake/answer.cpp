#include "fake/answer.hpp"

#include "fake/json_text.hpp"
#include "fake/octoprint/json.hpp"
#include "http/status_text.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <utility>

namespace karmen::fake {

namespace {

void add_usual_headers(http::Response& response, Caching caching) {
    auto& headers = response.headers;
    if (caching == Caching::kRevalidate) {
        headers.add("Cache-Control", "max-age=0");
    } else {
        headers.add("Cache-Control", "no-store, no-cache, must-revalidate, post-check=0, pre-check=0, max-age=0");
        headers.add("Pragma", "no-cache");
        headers.add("Expires", "-1");
    }
    headers.add("Server-Timing", "app;dur=2");
    headers.add("X-Clacks-Overhead", "GNU Terry Pratchett");
    headers.add("X-Robots-Tag", "noindex, nofollow, noimageindex");
    headers.add("X-Content-Type-Options", "nosniff");
    headers.add("X-Frame-Options", "sameorigin");
}

Awaitable<http::ConnectionEnd> write_raw(http::BodyWriter& out, std::string bytes, http::ConnectionEnd end) {
    if (!bytes.empty()) co_await out.write(bytes);
    co_return end;
}

}  // namespace

http::Response json_answer(unsigned status, const boost::json::value& body, Caching caching,
                           const OctoPrintVersion& version) {
    const auto layout = version.has_pretty_json() ? JsonLayout::kPretty : JsonLayout::kCompact;
    auto response = http::Response::json(status, to_json_text(body, layout));
    add_usual_headers(response, caching);
    return response;
}

http::Response error_answer(const Refusal& refusal, const OctoPrintVersion& version) {
    return json_answer(refusal.status, error_json(refusal.text), Caching::kForbidden, version);
}

http::Response html_answer(unsigned status, std::string_view title) {
    return http::Response::text(
        status, "text/html; charset=UTF-8",
        fmt::format("<html><title>{0}: {1}</title><body>{0}: {1}</body></html>", status, title));
}

http::Response nothing_answer() {
    auto response = http::Response::text(204, "text/plain", {});
    add_usual_headers(response, Caching::kForbidden);
    return response;
}

http::Response raw_answer(std::string bytes, http::ConnectionEnd end) {
    http::Response response;
    response.body = http::RawBody([bytes = std::move(bytes), end](http::BodyWriter& out) mutable {
        return write_raw(out, std::move(bytes), end);
    });
    return response;
}

std::string raw_head(const http::Response& response, std::size_t content_length) {
    std::string head = fmt::format("HTTP/1.1 {} {}\r\n", response.status, http::status_text(response.status));
    for (const auto& [name, value] : response.headers) head += fmt::format("{}: {}\r\n", name, value);
    head += fmt::format("Content-Length: {}\r\n\r\n", content_length);
    return head;
}

}  // namespace karmen::fake
