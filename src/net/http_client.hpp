#pragma once

#include "base/log.hpp"
#include "net/http_message.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/pool.hpp"

#include <expected>
#include <memory>

namespace karmen::net {

class CurlMulti;

struct HttpClientOptions {
    std::string user_agent = "Karmen";
    std::size_t connections_max = 1000;      ///< requests beyond wait, within their own time limits
    std::size_t idle_connections_max = 256;  ///< kept open for the next request to the same server
    std::size_t header_bytes_max = 64 << 10;
    std::size_t redirects_max = 3;
};

using HttpResult = std::expected<HttpResponse, HttpFailure>;

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

  private:
    Executor loop_;
    Pool& blocking_;
    HttpClientOptions options_;
    Log& log_;
    std::shared_ptr<CurlMulti> multi_;
};

}  // namespace karmen::net
