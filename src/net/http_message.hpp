#pragma once

#include "base/file_descriptor.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
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
    /// As the receiver is told it; `"`, CR and LF are sent as %22, %0D and %0A. A name that is not ASCII is sent twice,
    /// as http::filename_parameters: some receivers refuse other characters in `filename` (OctoPrint 1.11.4), some do
    /// not know `filename*`.
    std::string filename;
    FileDescriptor file;
    std::uint64_t size = 0;
};

/// Durations of 0: without that limit. What the limits mean for a stream stands at HttpClient::open.
struct HttpRequest {
    HttpMethod method = HttpMethod::kGet;
    std::string url;
    HttpHeaders headers;
    /// By the Basic scheme; HttpClient::open() takes Digest if the server asks for that. Both empty: none.
    std::string user;
    std::string password;
    std::string body;                       ///< of a POST
    std::optional<MultipartUpload> upload;  ///< of a POST, instead of `body`
    std::string tls_fingerprint;  ///< of the one certificate that is trusted for https (net/tls_trust.hpp); empty: none

    std::chrono::milliseconds connect_timeout{2'000};
    std::chrono::milliseconds total_timeout{10'000};  ///< of the whole exchange, redirects included
    std::chrono::milliseconds idle_timeout{0};        ///< longest silence, seen before twice that time
    /// Instead of idle_timeout, as soon as the receiver has the last byte of an upload; not shorter than that.
    std::chrono::milliseconds answer_timeout{0};
    std::size_t answer_bytes_max = 1 << 20;
};

struct HttpResponse {
    int status = 0;
    HttpHeaders headers;
    std::string body;

    /// The first header of that name, in any case; empty when there is none.
    std::string_view find(std::string_view name) const;
};

/// An exchange that did not come to an answer. An expected state of a network, hence a value.
struct HttpFailure {
    enum class Kind {
        kConnect,         ///< nobody listens, or there is no way there
        kResolve,         ///< the host's name has no address
        kTimeout,         ///< not connected, not finished, or nothing moved in time
        kTls,             ///< no agreement on encryption, or a certificate that is not trusted
        kProtocol,        ///< what came is not HTTP/1
        kTooLarge,        ///< the answer is larger than the request allows
        kReset,           ///< the answer broke off before it was whole
        kFile,            ///< the file to be sent is shorter than told, or cannot be read
        kInvalidRequest,  ///< an address or a header that cannot be sent
    };
    Kind kind;
    std::string detail;  ///< for logs and for people; no headers, no keys
    /// The upload was on its way to its last byte: the server may have taken it, and acted on it.
    bool was_sent = false;
};

std::string_view to_string(HttpFailure::Kind kind);

}  // namespace karmen::net
