#pragma once

#include "base/log.hpp"
#include "http/message.hpp"
#include "runtime/pool.hpp"
#include "runtime/task_group.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace karmen::http {

struct ServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any free one
    std::size_t connections_max = 10000;
    std::size_t refusals_max = 100;  ///< this many more connections are answered 503; further ones are closed at once
    std::size_t header_bytes_max = 16UL * 1024;
    std::uint64_t json_bytes_max = 1024UL * 1024;         ///< until a handler sets another limit
    std::chrono::milliseconds header_timeout{10'000};     ///< from the first byte of a request to the end of its header
    std::chrono::milliseconds body_idle_timeout{30'000};  ///< between two pieces of a body
    std::uint64_t body_bytes_per_second_min = 1024;       ///< average, looked at after body_idle_timeout; 0: no minimum
    std::chrono::milliseconds write_idle_timeout{30'000};  ///< for a client that does not take our bytes
    std::size_t unsent_bytes_max = 128UL * 1024;           ///< of a socket, waiting for the network
    std::chrono::milliseconds keep_alive_timeout{75'000};  ///< between two requests
    std::chrono::milliseconds handler_timeout{60'000};     ///< from the header to the response; not for streamed bodies
    std::chrono::milliseconds check_interval{250};  ///< how often passed deadlines and clients that left are looked for
    std::vector<std::string> trusted_proxies;       ///< addresses whose X-Forwarded-For is believed
    /// Sees every response just before it is sent, also to requests that reached no handler (then the request holds
    /// only what could be read). For headers that belong on all answers.
    std::function<void(const Request&, Response&)> before_send;
};

/// HTTP/1.1 server (RFC 9110, 9112); the handler knows what the requests mean. Keep-alive, pipelining, limits and
/// deadlines for each phase. A handler is cancelled if its client leaves. A client that shuts down its sending side
/// while a handler runs counts as one that left, as in nginx for proxied requests. Above connections_max new clients
/// are answered 503 and closed. Loop only. Owner: the composition root.
class Server {
  public:
    /// `files` runs the reading of FileBody. `log`, `files` and what the handler uses outlive the server.
    Server(Executor loop, ServerOptions options, Handler handler, Pool& files, Log& log);
    ~Server();

    /// Binds and listens: clients that come wait in the system's queue until start(). Throws Error with the address in
    /// its message if it cannot listen.
    void listen();

    /// Begins to accept; calls listen() first if that has not happened.
    void start();

    /// The port that listen() was given by the system.
    std::uint16_t port() const;

    /// Stops accepting, closes idle connections, lets running requests end within `grace`, then cancels them. Returns
    /// when all connections are gone.
    Awaitable<void> stop(std::chrono::milliseconds grace);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace karmen::http
