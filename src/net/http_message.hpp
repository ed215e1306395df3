#pragma once

#include "base/file_descriptor.hpp"
#include "runtime/awaitable.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace karmen::net {

enum class HttpMethod { kGet, kPost };

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// A multipart/form-data body (RFC 7578): the fields, then one file that is read from disk block by block while it is
/// sent, on the blocking pool. `size` bytes from the file's beginning are sent; a file that has fewer fails the
/// request.
struct MultipartUpload {
    std::vector<std::pair<std::string, std::string>> fields;
    std::string file_field = "file";
    /// The name that the receiver gets; `"`, CR and LF are sent as %22, %0D and %0A. A name that is not ASCII is sent
    /// twice, as http::filename_parameters does: some receivers refuse other characters in `filename` (OctoPrint
    /// 1.11.4), others do not know `filename*`.
    std::string filename;
    FileDescriptor file;
    std::uint64_t size = 0;
    /// If set, it is awaited once before the last bytes of the file go out: until it returns, the receiver cannot have
    /// the whole request. What it throws ends the exchange, and leaves HttpClient::send.
    std::function<Awaitable<void>()> before_last_block;
};

/// A duration of 0 means no limit. HttpClient::open says what the limits mean for a stream.
struct HttpRequest {
    HttpMethod method = HttpMethod::kGet;
    std::string url;
    HttpHeaders headers;
    /// Credentials for the Basic scheme; HttpClient::open() uses Digest if the server asks for it. Both are empty if
    /// there are none.
    std::string user;
    std::string password;
    std::string body;                       ///< of a POST
    std::optional<MultipartUpload> upload;  ///< of a POST, instead of `body`
    /// Of the one certificate that is trusted for https (net/tls_trust.hpp); empty if none is pinned.
    std::string tls_fingerprint;

    std::chrono::milliseconds connect_timeout{2'000};
    std::chrono::milliseconds total_timeout{10'000};  ///< of the whole exchange, redirects included
    std::chrono::milliseconds idle_timeout{0};        ///< longest time without progress; noticed before twice that time
    /// Replaces idle_timeout once the receiver has the last byte of an upload. REQUIRES: not shorter than idle_timeout.
    std::chrono::milliseconds answer_timeout{0};
    std::size_t answer_bytes_max = 1 << 20;
};

struct HttpResponse {
    int status = 0;
    HttpHeaders headers;
    std::string body;

    /// The first header of that name, in any letter case; empty if there is none.
    std::string_view find(std::string_view name) const;
};

/// An exchange that got no answer. This is an expected state of a network, so it is a value.
struct HttpFailure {
    enum class Kind {
        kConnect,         ///< nobody listens, or there is no route to the host
        kResolve,         ///< the host's name has no address
        kTimeout,         ///< not connected, not finished, or nothing moved in time
        kTls,             ///< no common encryption, or the certificate is not trusted
        kProtocol,        ///< the answer is not HTTP/1
        kTooLarge,        ///< the answer is larger than the request allows
        kReset,           ///< the answer broke off before it was complete
        kFile,            ///< the file to be sent is shorter than announced, or cannot be read
        kInvalidRequest,  ///< an address or a header that cannot be sent
    };
    Kind kind;
    std::string detail;  ///< for logs and for people; no headers, no keys
    /// The upload was sent to its last byte: the server may have received it, and acted on it.
    bool was_sent = false;
};

std::string_view to_string(HttpFailure::Kind kind);

}  // namespace karmen::net
