#include "net/curl_stream.hpp"

#include "net/curl_options.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <utility>

namespace karmen::net {

namespace {

/// What libcurl reads at once at most.
constexpr long kReadBytes = 64L << 10;

}  // namespace

CurlStream::CurlStream(std::shared_ptr<CurlMulti> multi, const HttpClientOptions& options, const HttpRequest& request,
                       const std::string& url)
    : CurlExchange(std::move(multi), options, request, url),
      total_timeout_(request.total_timeout),
      idle_timeout_(request.idle_timeout),
      buffer_bytes_max_(request.answer_bytes_max) {
    // A stream does not end, so its connection cannot serve another request.
    set_option(easy(), CURLOPT_FRESH_CONNECT, 1L);
    set_option(easy(), CURLOPT_FORBID_REUSE, 1L);
    set_option(easy(), CURLOPT_BUFFERSIZE, kReadBytes);
    set_headers(request.headers);
}

CurlStream::~CurlStream() {
    leave();
}

void CurlStream::use_digest() {
    set_option(easy(), CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_DIGEST));
    awaits_challenge_ = true;
}

Awaitable<std::optional<HttpFailure>> CurlStream::open(TimePoint deadline) {
    start();
    while ((!has_head_ || is_redirect_) && !has_finished()) {
        if (std::chrono::steady_clock::now() >= deadline)
            co_return HttpFailure{HttpFailure::Kind::kTimeout,
                                  fmt::format("no answer within {} ms", total_timeout_.count())};
        co_await wait_until(deadline);
    }
    if (has_head_) co_return std::nullopt;
    // If libcurl cannot answer the challenge, the challenge is the answer.
    has_head_ = !failure();
    co_return failure();
}

Awaitable<std::expected<std::string_view, HttpFailure>> CurlStream::read() {
    const TimePoint deadline =
        idle_timeout_.count() > 0 ? std::chrono::steady_clock::now() + idle_timeout_ : TimePoint::max();
    while (arrived_.empty()) {
        if (auto failed = failure()) co_return std::unexpected(std::move(*failed));
        if (has_finished()) co_return std::string_view();
        if (std::chrono::steady_clock::now() >= deadline)
            co_return std::unexpected(
                HttpFailure{HttpFailure::Kind::kTimeout, fmt::format("silent for {} ms", idle_timeout_.count())});
        co_await wait_until(deadline);
    }
    given_.clear();
    std::swap(given_, arrived_);
    if (std::exchange(is_paused_, false)) curl_easy_pause(easy(), CURLPAUSE_CONT);
    // A server that is always faster than its reader must not occupy the loop.
    co_await boost::asio::post(boost::asio::use_awaitable);
    co_return given_;
}

CurlStream::BodyOutcome CurlStream::take_body(std::string_view bytes) {
    if (is_redirect_) return BodyOutcome::kTaken;  // nobody reads it
    // libcurl keeps these bytes, and reads no more until it is resumed.
    is_paused_ = !arrived_.empty() && arrived_.size() + bytes.size() > buffer_bytes_max_;
    if (is_paused_) return BodyOutcome::kPause;
    arrived_.append(bytes);
    wake();
    return BodyOutcome::kTaken;
}

void CurlStream::on_header_end() {
    // libcurl goes on by itself.
    if (response_.status == 401 && std::exchange(awaits_challenge_, false)) return;
    has_head_ = true;
    is_redirect_ = response_.status / 100 == 3 && !response_.find("Location").empty();
    wake();
}

}  // namespace karmen::net
