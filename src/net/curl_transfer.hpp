#pragma once

#include "net/curl_exchange.hpp"
#include "net/file_blocks.hpp"

#include <optional>
#include <string>

namespace karmen::net {

/// One exchange with one server: a request out, an answer in. Lives in the frame of HttpClient::send; destroying it at
/// any moment ends the exchange. Loop only.
class CurlTransfer final : public CurlExchange {
  public:
    /// The request outlives the transfer; `url` is the address after redirects.
    CurlTransfer(std::shared_ptr<CurlMulti> multi, const HttpClientOptions& options, const HttpRequest& request,
                 const std::string& url);
    ~CurlTransfer();

    Awaitable<HttpResult> run(Pool& blocking, TimePoint deadline);

  private:
    static std::size_t on_upload(char* data, std::size_t size, std::size_t count, void* self);
    static int on_socket(void* self, curl_socket_t socket, curlsocktype purpose);

    void set_post();
    void set_upload(const MultipartUpload& upload);
    BodyOutcome take_body(std::string_view bytes) override;
    Awaitable<std::optional<HttpFailure>> exchange(Pool& blocking, TimePoint deadline);
    Awaitable<void> announce_last_block();
    /// false if the file cannot be read; failure() says why.
    Awaitable<bool> read_file(Pool& blocking);
    /// The longest allowed time without progress in the current phase.
    std::chrono::milliseconds silence_max() const;
    bool is_file_sent() const { return file_ && has_begun_ && file_->is_at_end(); }
    /// Bytes that the operating system holds and the receiver has not confirmed; nullopt if not known.
    std::optional<int> bytes_in_send_buffer() const;
    /// Whether the receiver has taken bytes since the last call. A slow network takes minutes to empty the operating
    /// system's send buffer (megabytes), and nothing else moves during that time.
    bool has_send_buffer_shrunk();

    const HttpRequest& request_;
    std::unique_ptr<curl_mime, decltype([](curl_mime* mime) { curl_mime_free(mime); })> mime_;
    std::optional<FileBlocks> file_;
    bool has_begun_ = false;  ///< to send the upload's body
    bool is_waiting_for_file_ = false;
    curl_socket_t socket_ = -1;  ///< only for queries; -1 on a connection that was used before
    std::optional<int> send_buffer_bytes_;
};

}  // namespace karmen::net
