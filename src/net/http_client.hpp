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
class CurlStream;

struct HttpClientOptions {
    std::string user_agent = "Karmen";
    std::string ca_file;                     ///< PEM: authorities that are trusted besides the machine's; may be empty
    std::size_t connections_max = 1000;      ///< requests beyond wait, within their own time limits
    std::size_t idle_connections_max = 256;  ///< kept open for the next request to the same server
    std::size_t streams_max = 1000;          ///< open at the same time, beside the connections of requests
    std::size_t header_bytes_max = 64 << 10;
    std::size_t redirects_max = 3;
};

using HttpResult = std::expected<HttpResponse, HttpFailure>;

/// An answer that is read while it comes, for as long as the server sends. Destroying it closes the connection. Owned
/// by who opened it; ends before its client. Loop only.
class HttpStream {
  public:
    explicit HttpStream(std::unique_ptr<CurlStream> stream);
    ~HttpStream();
    HttpStream(HttpStream&& other) noexcept;
    HttpStream& operator=(HttpStream&&) = delete;

    /// Status and headers; no body.
    const HttpResponse& head() const;

    /// The bytes that came since the last read, until the next one; empty at the end. What is not read makes the server
    /// wait as soon as `answer_bytes_max` are there. One reader at a time; a cancel throws operation_aborted.
    Awaitable<std::expected<std::string_view, HttpFailure>> read();

  private:
    std::unique_ptr<CurlStream> stream_;
};

using HttpStreamResult = std::expected<HttpStream, HttpFailure>;

/// Every HTTP request that Karmen makes, by libcurl on the loop. Owned by the composition root; outlives every send().
/// Loop only.
///
/// Addresses come from strangers, so: http and https only, no proxy, netrc, cookies or decompression. A redirect is
/// followed for a GET to the same host and port, or from its port 80 to its port 443; any other one is the answer
/// itself.
///
/// A GET may use a connection that an earlier one left open. OctoPrint 1.8 and 1.9 close theirs without a word: libcurl
/// then asks again on a new one, as long as no byte of an answer had come. A POST always gets a connection of its own,
/// since it must not be sent twice.
class HttpClient {
  public:
    /// `blocking` reads the files of uploads.
    HttpClient(Executor loop, Pool& blocking, HttpClientOptions options, Log& log);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// A cancel throws operation_aborted; the exchange has ended and its connection is closed by then. The only other
    /// exception is Error(kOverloaded) of an upload, when the blocking pool is full.
    Awaitable<HttpResult> send(HttpRequest request);

    /// A GET whose answer is a stream; gives it as soon as its header is there. The request's limits mean:
    /// `total_timeout` the time until then, redirects included; `idle_timeout` the longest that a read waits;
    /// `answer_bytes_max` what may have come and not been read. A cancel throws operation_aborted.
    Awaitable<HttpStreamResult> open(HttpRequest request);

  private:
    void log_failure(const std::string& url, const HttpFailure& failure);

    Executor loop_;
    Pool& blocking_;
    HttpClientOptions options_;
    Log& log_;
    std::shared_ptr<CurlMulti> multi_;
    /// Streams hold their connections for hours. In a handle of their own they can use up their own limit only, and
    /// never let a check of a printer wait for a place.
    std::shared_ptr<CurlMulti> streams_;
};

}  // namespace karmen::net
