#include "net/http_client.hpp"

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

/// libcurl sends headers as they are, so a line break in a key from a stranger would add headers of theirs; and it
/// takes names as C strings, so a NUL would cut them.
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
    // Another port of that host may be another printer, or nobody's business: only the usual step up to TLS is taken.
    return source->port == 80 && target->port == 443 && target->scheme == "https";
}

}  // namespace

HttpClient::HttpClient(Executor loop, Pool& blocking, HttpClientOptions options, Log& log)
    : loop_(std::move(loop)),
      blocking_(blocking),
      options_(std::move(options)),
      log_(log),
      multi_(std::make_shared<CurlMulti>(loop_, static_cast<long>(options_.connections_max),
                                         static_cast<long>(options_.idle_connections_max), log)) {}

HttpClient::~HttpClient() = default;

Awaitable<HttpResult> HttpClient::send(HttpRequest request) {
    if (auto flaw = flaw_of(request)) co_return std::unexpected(std::move(*flaw));
    const bool has_limit = request.total_timeout.count() > 0;
    const auto deadline = has_limit ? std::chrono::steady_clock::now() + request.total_timeout
                                    : std::chrono::steady_clock::time_point::max();
    std::string url = request.url;
    for (std::size_t redirects = 0;; ++redirects) {
        CurlTransfer transfer(multi_, options_, request, url);
        HttpResult result = co_await transfer.run(blocking_, deadline);
        if (!result) {
            const auto where = parse_url(url);
            log_.debug("request failed", {{"host", where ? where->host : ""},
                                          {"kind", to_string(result.error().kind)},
                                          {"detail", result.error().detail}});
            co_return result;
        }
        const std::string next = transfer.redirect_url();
        if (next.empty() || request.method != HttpMethod::kGet || redirects == options_.redirects_max ||
            !may_follow(url, next))
            co_return result;
        url = next;
    }
}

}  // namespace karmen::net
