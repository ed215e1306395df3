#pragma once

#include "http/connection.hpp"
#include "http/input_buffer.hpp"
#include "http/request_parser.hpp"
#include "http/server.hpp"

namespace karmen::http {

/// The body of the request that a session is answering. Content-Length bodies are received straight into the reader's
/// buffer. Loop only.
class SessionBody final : public RequestBody {
  public:
    SessionBody(Connection& connection, InputBuffer& input, RequestParser& parser, const ServerOptions& options);

    std::optional<std::uint64_t> content_length() const override { return parser_.promised(); }
    Awaitable<std::size_t> read_some(std::span<char> buffer) override;
    void limit(std::uint64_t bytes_max) override;

    /// The client waits for `100 Continue` before it sends the body.
    void expect_continue() { is_continue_due_ = true; }

    /// Whether the rest is small enough to be read and thrown away, so that the connection can serve the next request.
    bool is_worth_draining() const;
    /// Reads the rest; false if the client does not send it properly.
    Awaitable<bool> drain();

  private:
    void refuse_above_limit(std::uint64_t bytes) const;
    Awaitable<void> send_continue();
    Awaitable<std::size_t> receive(std::span<char> buffer);
    Awaitable<std::size_t> receive_direct(std::span<char> buffer);
    RequestParser::Progress parse(std::span<char> buffer);

    Connection& connection_;
    InputBuffer& input_;
    RequestParser& parser_;
    const ServerOptions& options_;
    std::uint64_t bytes_max_;
    std::uint64_t received_ = 0;
    Connection::TimePoint::duration waited_{0};
    bool is_continue_due_ = false;
    bool is_broken_ = false;
};

}  // namespace karmen::http
