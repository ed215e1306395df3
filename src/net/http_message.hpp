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

/// Whether the server's certificate must be signed by somebody that this machine trusts and must name its host. To skip
/// that keeps the exchange secret from listeners only: whoever sits between the two can still answer in its place.
enum class TlsVerification { kVerify, kSkip };

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// A multipart/form-data body (RFC 7578): the fields, then one file that is read from disk block by block while it is
/// sent, on the blocking pool. `size` bytes from the file's beginning are sent; a file that has fewer fails the
/// request.
struct MultipartUpload {
    std::vector<std::pair<std::string, std::string>> fields;
    std::string file_field = "file";
    std::string filename;  ///< as the receiver is told it; `"`, CR and LF are sent as %22, %0D and %0A
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
    TlsVerification tls = TlsVerification::kVerify;

    std::chrono::milliseconds connect_timeout{2'000};
    std::chrono::milliseconds total_timeout{10'000};  ///< of the whole exchange, redirects included
    std::chrono::milliseconds idle_timeout{0};        ///< longest silence, seen before twice that time
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
};

std::string_view to_string(HttpFailure::Kind kind);

}  // namespace karmen::net
