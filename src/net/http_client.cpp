#include "net/http_client.hpp"

#include "base/text.hpp"
#include "net/curl_stream.hpp"
#include "net/curl_transfer.hpp"
#include "net/url.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace karmen::net {

namespace {

bool has_control_character(std::string_view text) {
    return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

/// libcurl sends headers unchanged, so a line break in an untrusted key would add headers; and it reads names as C
/// strings, so a NUL would cut them.
std::optional<HttpFailure> flaw_of(const HttpRequest& request) {
    const auto flaw = [](const char* text) { return HttpFailure{HttpFailure::Kind::kInvalidRequest, text}; };
    for (const auto& [name, value] : request.headers)
        if (name.empty() || name.find(':') != std::string::npos || has_control_character(name) ||
            has_control_character(value))
            return flaw("a header cannot be sent");
    if (!parse_url(request.url)) return flaw("not an http or https address");
    if (!request.upload) return std::nullopt;
    const auto has_nul = [](const std::string& text) { return text.find('\0') != std::string::npos; };
    if (has_nul(request.upload->file_field) || has_nul(request.upload->filename) ||
        std::ranges::any_of(request.upload->fields, [&](const auto& field) { return has_nul(field.first); }))
        return flaw("a name in the upload cannot be sent");
    return std::nullopt;
}

bool may_follow(const std::string& from, const std::string& to) {
    const auto source = parse_url(from);
    const auto target = parse_url(to);
    if (!source || !target || target->host != source->host || target->has_credentials) return false;
    if (target->port == source->port) return target->scheme == source->scheme;
    // Another port of that host may be another printer or service, so only the usual redirect to TLS is followed.
    return source->port == 80 && target->port == 443 && target->scheme == "https";
}

bool wants_digest(const HttpRequest& request, const HttpResponse& answer) {
    if (answer.status != 401 || (request.user.empty() && request.password.empty())) return false;
    return std::ranges::any_of(answer.headers, [](const auto& header) {
        return equals_ignoring_case(header.first, "WWW-Authenticate") &&
               starts_with_ignoring_case(header.second, "Digest ");
    });
}

std::chrono::steady_clock::time_point deadline_of(const HttpRequest& request) {
    if (request.total_timeout.count() <= 0) return std::chrono::steady_clock::time_point::max();
    return std::chrono::steady_clock::now() + request.total_timeout;
}

}  // namespace

HttpStream::HttpStream(std::unique_ptr<CurlStream> stream) : stream_(std::move(stream)) {}
HttpStream::~HttpStream() = default;
HttpStream::HttpStream(HttpStream&& other) noexcept = default;

const HttpResponse& HttpStream::head() const {
    return stream_->head();
}

Awaitable<std::expected<std::string_view, HttpFailure>> HttpStream::read() {
    return stream_->read();
}

HttpClient::HttpClient(Executor loop, Pool& blocking, HttpClientOptions options, Log& log)
    : loop_(std::move(loop)),
      blocking_(blocking),
      options_(std::move(options)),
      log_(log),
      multi_(std::make_shared<CurlMulti>(loop_, static_cast<long>(options_.connections_max),
                                         static_cast<long>(options_.idle_connections_max), log)),
      streams_(std::make_shared<CurlMulti>(loop_, static_cast<long>(options_.streams_max), 0L, log)) {}

HttpClient::~HttpClient() = default;

Awaitable<HttpResult> HttpClient::send(HttpRequest request) {
    if (auto flaw = flaw_of(request)) co_return std::unexpected(std::move(*flaw));
    const auto deadline = deadline_of(request);
    std::string url = request.url;
    for (std::size_t redirects = 0;; ++redirects) {
        CurlTransfer transfer(multi_, options_, request, url);
        HttpResult result = co_await transfer.run(blocking_, deadline);
        if (!result) {
            log_failure(url, result.error());
            co_return result;
        }
        const std::string next = transfer.redirect_url();
        if (next.empty() || request.method != HttpMethod::kGet || redirects == options_.redirects_max ||
            !may_follow(url, next))
            co_return result;
        url = next;
    }
}

Awaitable<HttpStreamResult> HttpClient::open(HttpRequest request) {
    if (auto flaw = flaw_of(request)) co_return std::unexpected(std::move(*flaw));
    const auto deadline = deadline_of(request);
    std::string url = request.url;
    bool uses_digest = false;
    for (std::size_t redirects = 0;; ++redirects) {
        auto stream = std::make_unique<CurlStream>(streams_, options_, request, url);
        if (uses_digest) stream->use_digest();
        if (auto failure = co_await stream->open(deadline)) {
            log_failure(url, *failure);
            co_return std::unexpected(std::move(*failure));
        }
        if (!uses_digest && wants_digest(request, stream->head())) {
            uses_digest = true;
            continue;
        }
        const std::string next = stream->redirect_url();
        if (next.empty() || redirects == options_.redirects_max || !may_follow(url, next))
            co_return HttpStream(std::move(stream));
        url = next;
    }
}

void HttpClient::log_failure(const std::string& url, const HttpFailure& failure) {
    const auto where = parse_url(url);
    log_.debug("request failed",
               {{"host", where ? where->host : ""}, {"kind", to_string(failure.kind)}, {"detail", failure.detail}});
}

}  // namespace karmen::net
