#pragma once

#include "base/log.hpp"
#include "runtime/awaitable.hpp"

#include <boost/asio/steady_timer.hpp>
#include <curl/curl.h>

#include <memory>
#include <unordered_map>

namespace karmen::net {

/// libcurl's multi handle, driven by the loop: libcurl says which sockets and which timer it waits for, and the loop
/// tells it when they are ready. Owned by HttpClient and by every transfer that runs. Loop only.
///
/// libcurl opens the sockets. Asio only watches them, and lets go of a socket (without closing it) when libcurl says
/// CURL_POLL_REMOVE, or wants it closed.
class CurlMulti : public std::enable_shared_from_this<CurlMulti> {
  public:
    /// Called once when its exchange has ended. Must not call libcurl from there.
    class Listener {
      public:
        virtual void on_finished(CURLcode result) = 0;

      protected:
        ~Listener() = default;
    };

    CurlMulti(Executor loop, long connections_max, long idle_connections_max, Log& log);
    ~CurlMulti();
    CurlMulti(const CurlMulti&) = delete;
    CurlMulti& operator=(const CurlMulti&) = delete;

    const Executor& executor() const { return loop_; }

    /// Starts the exchange, from the loop's next step on. The handle and the listener stay until remove().
    void add(CURL* easy, Listener& listener);
    /// Also ends a running exchange: its connection is closed, its listener is not called.
    void remove(CURL* easy);

  private:
    class Watch;

    static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* watch);
    static int on_close(void* self, curl_socket_t socket);
    static int on_timer(CURLM* multi, long timeout_ms, void* self);
    void watch(curl_socket_t socket, int what);
    void unwatch(curl_socket_t socket);
    void set_timer(long timeout_ms);
    /// Lets libcurl work on a socket that is ready, or on what is due (CURL_SOCKET_TIMEOUT).
    void work(curl_socket_t socket);

    Executor loop_;
    Log& log_;
    CURLM* multi_;
    boost::asio::steady_timer timer_;
    std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches_;
};

}  // namespace karmen::net
