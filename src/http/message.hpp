#pragma once

#include "base/file_descriptor.hpp"
#include "runtime/awaitable.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace karmen::http {

/// Header fields in their order; the letter case of names does not matter (RFC 9110 §5.1).
class Headers {
  public:
    /// The value of the first field of that name.
    std::optional<std::string_view> find(std::string_view name) const;
    void add(std::string name, std::string value);
    /// Replaces all fields of that name.
    void set(std::string name, std::string value);

    auto begin() const { return fields_.begin(); }
    auto end() const { return fields_.end(); }

  private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

/// The bytes that follow a request's header, as they come. Loop only; lives as long as its request.
class RequestBody {
  public:
    virtual ~RequestBody() = default;
    /// The value of Content-Length; nullopt for chunked bodies, 0 if there is no body.
    virtual std::optional<std::uint64_t> content_length() const = 0;
    /// At least one byte, or 0 at the end. Sends `100 Continue` first when the client waits for it. Throws
    /// Error(kBodyTooLarge) above the limit given to `limit`, Error(kRequestTimeout) if the client is too slow, and
    /// Error(kMalformedBody) if the body ends early or breaks its framing.
    virtual Awaitable<std::size_t> read_some(std::span<char> buffer) = 0;
    /// Sets the largest size; the request is refused at once if Content-Length is larger. Until it is called the
    /// server's JSON limit applies.
    virtual void limit(std::uint64_t bytes_max) = 0;
};

/// Query parameters, decoded (`+` is a blank). If a name occurs twice, the first one counts.
using Query = std::vector<std::pair<std::string, std::string>>;
std::optional<std::string_view> find(const Query& query, std::string_view name);

struct Request {
    std::string method;                 ///< upper case, such as `GET`
    std::string target;                 ///< as sent, query included
    std::vector<std::string> segments;  ///< decoded parts of the path (http/target.hpp)
    Query query;
    Headers headers;
    std::string remote_address;  ///< the client's; behind a trusted proxy the one that the proxy names
    /// The path below which a trusted proxy shows this server, such as `/karmen`; it precedes every path in an answer.
    /// May be empty.
    std::string prefix;
    std::string id;               ///< for logs and problem bodies
    RequestBody* body = nullptr;  ///< never null in a handler
    /// Removes the server's handler_timeout from this request: for handlers that wait for their client or another
    /// server. Never empty in a handler.
    std::function<void()> lift_deadline;
    /// What the router took from the path, in the order of the pattern: `/printers/{host}/connection` gives {host}.
    std::vector<std::string> path_values;
};

/// The whole body in memory. Throws as RequestBody::read_some.
Awaitable<std::string> read_all(RequestBody& body);

/// Where a streamed response goes. Loop only.
class BodyWriter {
  public:
    virtual ~BodyWriter() = default;
    /// Returns when the bytes were handed to the socket. Throws system_error when the client is gone or too slow.
    virtual Awaitable<void> write(std::string_view bytes) = 0;
};

/// Bytes that live as long as the program.
struct StaticBody {
    std::string_view bytes;
};

/// `length` bytes of an open file from `offset`; read on a pool, so that a slow disk does not stop the loop.
struct FileBody {
    FileDescriptor file;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

/// Called once with the place to write to; the response ends when it returns. Sent chunked, or to the end of the
/// connection for HTTP/1.0.
using StreamBody = std::move_only_function<Awaitable<void>(BodyWriter&)>;

/// How a connection is closed: in order, or by a reset (RST) that the peer sees as an error.
enum class ConnectionEnd { kClose, kReset };

/// Writes the whole answer itself, status line included; status and headers of the response are not sent, and the
/// connection ends after it. For answers that this server cannot make otherwise: the printer simulator breaks rules
/// with it.
using RawBody = std::move_only_function<Awaitable<ConnectionEnd>(BodyWriter&)>;

struct Response {
    unsigned status = 200;
    Headers headers;
    std::variant<std::string, StaticBody, FileBody, StreamBody, RawBody> body;

    static Response text(unsigned status, std::string content_type, std::string body);
    static Response json(unsigned status, std::string body) {
        return text(status, "application/json", std::move(body));
    }
    static Response no_content() { return text(204, {}, {}); }

    /// The bytes of a body that is in memory; nullopt for the others.
    std::optional<std::string_view> body_text() const;
};

/// Answers a request. An exception becomes a problem body (http/problem.hpp). Cancelled when the client leaves.
using Handler = std::function<Awaitable<Response>(Request&)>;

}  // namespace karmen::http
