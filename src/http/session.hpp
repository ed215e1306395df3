#pragma once

#include "base/error.hpp"
#include "http/connection.hpp"
#include "http/input_buffer.hpp"
#include "http/response_head.hpp"
#include "http/server_context.hpp"

#include <optional>
#include <string>

namespace karmen::http {

/// One client's connection from accept to close. Loop only; lives in the frame of the task that runs it.
class Session {
  public:
    Session(ServerContext& context, Connection::Socket socket, std::string peer);

    /// Answers requests until one side closes the connection. A client that leaves is not an error.
    Awaitable<void> run();

    /// Answers 503 to any request.
    Awaitable<void> refuse();

    Connection& connection() { return connection_; }
    /// Between two requests.
    bool is_idle() const { return is_idle_; }

  private:
    struct Exchange;
    enum class Next { kRequest, kLinger, kClose };

    Awaitable<void> while_client_stays(Awaitable<void> work);
    Awaitable<void> answer_overloaded();
    Awaitable<void> serve();
    Awaitable<Next> serve_one();
    Awaitable<bool> receive(Exchange& exchange);
    Awaitable<bool> read_header(Exchange& exchange);
    Awaitable<bool> read_more(std::optional<Connection::TimePoint>& header_deadline);
    void understand(Exchange& exchange);
    Awaitable<void> answer(Exchange& exchange);
    Awaitable<std::optional<Response>> run_handler(Exchange& exchange);
    Awaitable<void> send(Exchange& exchange);
    Awaitable<void> send_body(Exchange& exchange, std::string_view head, Framing framing);
    Awaitable<void> send_stream(Exchange& exchange, std::string_view head, Framing framing);
    Awaitable<void> send_raw(Exchange& exchange);
    Awaitable<void> write(std::string_view first, std::string_view second);
    Awaitable<void> linger();
    Response problem(const Exchange& exchange, const Error& error);
    void log_request(const Exchange& exchange);

    ServerContext& context_;
    Connection connection_;
    std::string peer_;
    InputBuffer input_;
    bool is_idle_ = false;
};

}  // namespace karmen::http
