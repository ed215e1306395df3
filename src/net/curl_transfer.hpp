#pragma once

#include "net/curl_multi.hpp"
#include "net/file_blocks.hpp"
#include "net/http_client.hpp"

#include <boost/asio/steady_timer.hpp>
#include <curl/curl.h>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace karmen::net {

/// One exchange with one server: a request out, an answer in. Lives in the frame of HttpClient::send; destroying it at
/// any moment ends the exchange. Loop only.
class CurlTransfer final : private CurlMulti::Listener {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// The request outlives the transfer; `url` is where it goes after redirects.
    CurlTransfer(std::shared_ptr<CurlMulti> multi, const HttpClientOptions& options, const HttpRequest& request,
                 const std::string& url);
    ~CurlTransfer();
    CurlTransfer(const CurlTransfer&) = delete;
    CurlTransfer& operator=(const CurlTransfer&) = delete;

    Awaitable<HttpResult> run(Pool& blocking, TimePoint deadline);

    /// Where the answer points to, as an absolute URL; empty when it is no redirect.
    std::string redirect_url() const;

  private:
    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t on_upload(char* data, std::size_t size, std::size_t count, void* self);
    static int on_socket(void* self, curl_socket_t socket, curlsocktype purpose);
    void on_finished(CURLcode result) override;

    void set_defaults();
    void set_headers();
    void set_post();
    void set_upload(const MultipartUpload& upload);

    bool take_header(std::string_view line);
    bool take_body(std::string_view bytes);
    /// false: the file cannot be read, and failure_ says why.
    Awaitable<bool> read_file(Pool& blocking);
    /// Until something has happened, or the time is up.
    Awaitable<void> wait_until(TimePoint deadline);
    /// The receiver has taken bytes since this was asked before. A slow network takes minutes to empty the operating
    /// system's send buffer (megabytes), and nothing else moves meanwhile.
    bool has_send_buffer_shrunk();
    HttpFailure failure_of(CURLcode result) const;
    void made_progress() { last_progress_ = std::chrono::steady_clock::now(); }

    std::shared_ptr<CurlMulti> multi_;
    const HttpClientOptions& options_;
    const HttpRequest& request_;
    std::unique_ptr<CURL, decltype([](CURL* easy) { curl_easy_cleanup(easy); })> easy_;
    std::unique_ptr<curl_mime, decltype([](curl_mime* mime) { curl_mime_free(mime); })> mime_;
    std::unique_ptr<curl_slist, decltype([](curl_slist* list) { curl_slist_free_all(list); })> headers_;
    std::array<char, CURL_ERROR_SIZE> error_text_{};
    std::optional<FileBlocks> file_;
    bool is_waiting_for_file_ = false;

    HttpResponse response_;
    std::size_t header_bytes_ = 0;
    std::optional<HttpFailure> failure_;  ///< found by us, goes before libcurl's own code
    std::optional<CURLcode> result_;
    TimePoint last_progress_;
    curl_socket_t socket_ = -1;  ///< only to be asked; none on a connection that was used before
    std::optional<int> send_buffer_bytes_;
    boost::asio::steady_timer wake_;
};

}  // namespace karmen::net
