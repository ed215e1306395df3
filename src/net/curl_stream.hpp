#pragma once

#include "net/curl_exchange.hpp"

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace karmen::net {

/// An answer whose body is read while it comes: what HttpStream hides. A reader that is slower than the server makes
/// libcurl stop reading, and so the server wait. Loop only.
class CurlStream final : public CurlExchange {
  public:
    /// Nothing of `request` is referred to later.
    CurlStream(std::shared_ptr<CurlMulti> multi, const HttpClientOptions& options, const HttpRequest& request,
               const std::string& url);

    /// Before open(). The server is asked for its challenge first; who it is that asks goes with the second request.
    void use_digest();
    ~CurlStream();

    /// Until the header of the answer is there (of a redirect: all of it, since libcurl says only then where it leads).
    /// None: it is.
    Awaitable<std::optional<HttpFailure>> open(TimePoint deadline);
    const HttpResponse& head() const { return response_; }

    /// As HttpStream::read.
    Awaitable<std::expected<std::string_view, HttpFailure>> read();

  private:
    BodyOutcome take_body(std::string_view bytes) override;
    void on_header_end() override;

    std::chrono::milliseconds total_timeout_;
    std::chrono::milliseconds idle_timeout_;
    std::size_t buffer_bytes_max_;
    bool awaits_challenge_ = false;  ///< the first 401 is no answer yet
    bool has_head_ = false;
    bool is_redirect_ = false;
    bool is_paused_ = false;
    std::string arrived_;  ///< and not read yet
    std::string given_;    ///< what the last read gave
};

}  // namespace karmen::net
