#pragma once

#include "base/log.hpp"
#include "net/http_message.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/pool.hpp"

#include <expected>
#include <memory>
#include <string>
#include <string_view>

namespace karmen::net {

class CurlMulti;
class CurlStream;  // NOLINT(cppcoreguidelines-virtual-class-destructor): its definition says that it is final

struct HttpClientOptions {
    std::string user_agent = "Karmen";
    std::string ca_file;                     ///< PEM: authorities that are trusted besides the machine's; may be empty
    std::size_t connections_max = 1000;      ///< further requests wait, within their own time limits
    std::size_t idle_connections_max = 256;  ///< kept open for the next request to the same server
    std::size_t streams_max = 1000;          ///< open at the same time, beside the connections of requests
    std::size_t header_bytes_max = 64 << 10;
    std::size_t redirects_max = 3;
};

using HttpResult = std::expected<HttpResponse, HttpFailure>;

/// An answer that is read while it comes, for as long as the server sends. Destroying it closes the connection. Owned
/// by the caller that opened it; ends before its client. Loop only.
class HttpStream {
  public:
    explicit HttpStream(std::unique_ptr<CurlStream> stream);
    ~HttpStream();
    HttpStream(HttpStream&& other) noexcept;
    HttpStream& operator=(HttpStream&&) = delete;

    /// Status and headers; no body.
    const HttpResponse& head() const;

    /// The bytes that came since the last read, until the next one; empty at the end. If `answer_bytes_max` bytes are
    /// waiting to be read, the server has to wait. One reader at a time; a cancel throws operation_aborted.
    Awaitable<std::expected<std::string_view, HttpFailure>> read();

  private:
    std::unique_ptr<CurlStream> stream_;
};

using HttpStreamResult = std::expected<HttpStream, HttpFailure>;

/// Makes all HTTP requests of Karmen, with libcurl on the loop. Owned by the composition root; outlives every send().
/// Loop only.
///
/// Addresses are untrusted, so only http and https are allowed, without proxy, netrc, cookies or decompression. A
/// redirect of a GET is followed to the same host and port, or from its port 80 to its port 443; any other redirect is
/// returned as the answer.
///
/// A GET may use a connection that an earlier one left open. OctoPrint 1.8 and 1.9 close theirs without announcing it:
/// then libcurl asks again on a new connection, if no byte of an answer had come. A POST always gets a new connection,
/// because it must not be sent twice.
class HttpClient {
  public:
    /// `blocking` reads the files of uploads.
    HttpClient(Executor loop, Pool& blocking, HttpClientOptions options, Log& log);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// A cancel throws operation_aborted; the exchange has ended and its connection is closed by then. The only other
    /// exceptions are those of an upload: Error(kOverloaded) when the blocking pool is full, and what its
    /// before_last_block throws.
    Awaitable<HttpResult> send(HttpRequest request);

    /// A GET whose answer is a stream; returns when its header has come. The limits of the request mean:
    /// `total_timeout` is the time until then, redirects included; `idle_timeout` is the longest wait of a read;
    /// `answer_bytes_max` is how much may have come and not been read. A cancel throws operation_aborted.
    Awaitable<HttpStreamResult> open(HttpRequest request);

  private:
    void log_failure(const std::string& url, const HttpFailure& failure);

    Executor loop_;
    Pool& blocking_;
    HttpClientOptions options_;
    Log& log_;
    std::shared_ptr<CurlMulti> multi_;
    /// Streams hold their connections for hours. They have their own handle with its own limit, so that they never take
    /// the place of a check of a printer.
    std::shared_ptr<CurlMulti> streams_;
};

}  // namespace karmen::net
