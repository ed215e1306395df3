#pragma once

#include "net/curl_multi.hpp"
#include "net/http_client.hpp"
#include "net/tls_trust.hpp"

#include <boost/asio/steady_timer.hpp>
#include <curl/curl.h>

#include <array>
#include <chrono>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace karmen::net {

/// The common part of every exchange with one server: the settings of the request, the header of the answer, waiting,
/// and failures as our values. CurlTransfer and CurlStream handle the body. Destroying it at any moment ends the
/// exchange. Loop only.
class CurlExchange : private CurlMulti::Listener {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    CurlExchange(const CurlExchange&) = delete;
    CurlExchange& operator=(const CurlExchange&) = delete;

    /// Where the answer redirects to, as an absolute URL; empty if it is not a redirect.
    std::string redirect_url() const;

  protected:
    enum class BodyOutcome { kTaken, kPause, kRefused };

    /// `url` is the address after redirects. Keeps no references to `request`.
    CurlExchange(std::shared_ptr<CurlMulti> multi, const HttpClientOptions& options, const HttpRequest& request,
                 const std::string& url);
    ~CurlExchange();

    /// Begins the exchange. REQUIRES: objects that callbacks use exist from here until leave().
    void start() { multi_->add(easy_.get(), *this); }
    /// Ends the exchange if it runs. Derived classes call it in their destructors, before their own members go.
    void leave() { multi_->remove(easy_.get()); }

    CURL* easy() const { return easy_.get(); }
    /// `more_lines` are sent as they are.
    void set_headers(const HttpHeaders& headers, std::initializer_list<const char*> more_lines = {});

    /// Waits until something has happened or the time is up.
    Awaitable<void> wait_until(TimePoint deadline);
    void wake() { wake_.cancel(); }
    void made_progress() { last_progress_ = std::chrono::steady_clock::now(); }
    TimePoint last_progress() const { return last_progress_; }

    bool has_finished() const { return result_.has_value(); }
    /// nullopt while the exchange runs, and if it got an answer.
    std::optional<HttpFailure> failure() const;
    void fail(HttpFailure failure) { failure_ = std::move(failure); }

    virtual BodyOutcome take_body(std::string_view bytes) = 0;
    /// The header is complete. Not called for 1xx answers.
    virtual void on_header_end() {}

    /// Status and headers, and the body if the derived class collects it.
    HttpResponse response_;

  private:
    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
    void on_finished(CURLcode result) override;

    void set_defaults(const HttpClientOptions& options, const HttpRequest& request);
    bool take_header(std::string_view line);
    HttpFailure failure_of(CURLcode result) const;

    std::shared_ptr<CurlMulti> multi_;
    TlsTrust trust_;
    std::unique_ptr<CURL, decltype([](CURL* easy) { curl_easy_cleanup(easy); })> easy_;
    std::unique_ptr<curl_slist, decltype([](curl_slist* list) { curl_slist_free_all(list); })> headers_;
    std::array<char, CURL_ERROR_SIZE> error_text_{};
    std::size_t header_bytes_max_;
    std::size_t header_bytes_ = 0;
    std::optional<HttpFailure> failure_;  ///< a failure that we found ourselves; it precedes libcurl's own code
    std::optional<CURLcode> result_;
    TimePoint last_progress_;
    boost::asio::steady_timer wake_;
};

}  // namespace karmen::net
