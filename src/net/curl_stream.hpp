#pragma once

#include "net/curl_exchange.hpp"

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace karmen::net {

/// An answer whose body is read while it comes; the implementation of HttpStream. If the reader is slower than the
/// server, libcurl stops reading, so the server waits. Loop only.
class CurlStream final : public CurlExchange {
  public:
    /// Keeps no references to `request`.
    CurlStream(std::shared_ptr<CurlMulti> multi, const HttpClientOptions& options, const HttpRequest& request,
               const std::string& url);

    /// REQUIRES: open() was not called yet. The first request gets the server's challenge; only the second one carries
    /// the credentials.
    void use_digest();
    ~CurlStream();

    /// Waits for the header of the answer (for a redirect: the whole answer, because libcurl knows the target only
    /// then). nullopt on success.
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
    bool awaits_challenge_ = false;  ///< the first 401 is the challenge, not the answer
    bool has_head_ = false;
    bool is_redirect_ = false;
    bool is_paused_ = false;
    std::string arrived_;  ///< and not read yet
    std::string given_;    ///< what the last read gave
};

}  // namespace karmen::net
