#pragma once

#include "base/testing.hpp"
#include "base/text.hpp"

#include <arpa/inet.h>
#include <functional>
#include <list>
#include <mutex>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

/// For tests only: a server on loopback that does at the level of bytes what a test tells it, misbehaviour first of
/// all.
namespace karmen::net::testing {

/// A request as it came: `head` with its line ends, `body` as Content-Length says.
struct ReceivedRequest {
    std::string head;
    std::string body;

    /// `GET /api/version`
    std::string line() const {
        const std::size_t target = head.find(' ') + 1;
        return head.substr(0, head.find(' ', target));
    }
    std::string header(std::string_view name) const {
        for (const auto line : split(head, '\n'))
            if (starts_with_ignoring_case(line, std::string(name) + ":"))
                return std::string(trim(line.substr(name.size() + 1, line.size() - name.size() - 2)));
        return {};
    }
};

/// One accepted connection, on a thread of its own, with calls that block.
class TestConnection {
  public:
    TestConnection(int socket, std::size_t number_in) : number(number_in), socket_(socket) {}
    TestConnection(const TestConnection&) = delete;
    TestConnection& operator=(const TestConnection&) = delete;
    ~TestConnection() { ::close(socket_); }

    /// 0 for the server's first connection.
    const std::size_t number;

    /// At most `bytes_max`; empty: the other side has closed, or the server ends.
    std::string read_some(std::size_t bytes_max = 64 << 10) {
        if (!unread_.empty()) {
            std::string bytes = unread_.substr(0, bytes_max);
            unread_.erase(0, bytes.size());
            return bytes;
        }
        std::string bytes(bytes_max, '\0');
        const ssize_t n = ::recv(socket_, bytes.data(), bytes.size(), 0);
        bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
        return bytes;
    }

    /// Up to the empty line. An empty head: no further request came.
    ReceivedRequest read_head() {
        std::string bytes;
        while (true) {
            const std::size_t end = bytes.find("\r\n\r\n");
            if (end != std::string::npos) {
                unread_.insert(0, bytes.substr(end + 4));
                return {bytes.substr(0, end + 4), {}};
            }
            const std::string more = read_some();
            if (more.empty()) return {};
            bytes += more;
        }
    }

    ReceivedRequest read_request() {
        ReceivedRequest request = read_head();
        const auto length = parse_int(request.header("Content-Length"));
        while (length && static_cast<std::int64_t>(request.body.size()) < *length) {
            const std::string more = read_some(static_cast<std::size_t>(*length) - request.body.size());
            if (more.empty()) break;
            request.body += more;
        }
        return request;
    }

    void write(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0) return;
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
    }

    /// A whole answer; the connection stays open.
    void answer(int status, std::string_view body, std::string_view headers = "") {
        write("HTTP/1.1 " + std::to_string(status) + " Something\r\nContent-Type: application/json\r\n" +
              std::string(headers) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
    }

    void finish_writing() { ::shutdown(socket_, SHUT_WR); }
    /// The connection is torn down with RST as soon as it is closed.
    void reset_at_close() {
        const linger now{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    /// Says nothing until the other side closes or the server ends: a server that hangs.
    void wait_for_close() {
        while (!read_some().empty()) continue;
    }

    int native_handle() const { return socket_; }

  private:
    int socket_;
    std::string unread_;
};

/// Runs `script` for each connection, which is closed when the script returns. The destructor ends all of them.
class TestServer {
  public:
    using Script = std::function<void(TestConnection&)>;

    explicit TestServer(Script script) : script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        if (::bind(listener_, generic, length) != 0 || ::listen(listener_, 256) != 0 ||
            ::getsockname(listener_, generic, &length) != 0)
            throw std::runtime_error("the test server cannot listen");
        port_ = ntohs(address.sin_port);
        acceptor_ = std::thread([this] { accept_all(); });
    }

    ~TestServer() {
        ::shutdown(listener_, SHUT_RDWR);
        acceptor_.join();
        {
            const std::lock_guard lock(mutex_);
            for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
        }
        for (std::thread& thread : threads_) thread.join();
        ::close(listener_);
    }
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;

    /// `127.0.0.1:port`
    std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
    std::string url(std::string_view path = "/") const { return "http://" + host() + std::string(path); }

    std::size_t connections() const {
        const std::lock_guard lock(mutex_);
        return accepted_;
    }
    std::size_t open_connections() const {
        const std::lock_guard lock(mutex_);
        return open_.size();
    }

  private:
    void accept_all() {
        while (true) {
            const int socket = ::accept(listener_, nullptr, nullptr);
            if (socket < 0) return;
            const std::lock_guard lock(mutex_);
            open_.push_back(socket);
            threads_.emplace_back([this, socket, number = accepted_++] {
                TestConnection connection(socket, number);
                script_(connection);
                const std::lock_guard inner(mutex_);
                open_.remove(socket);
            });
        }
    }

    Script script_;
    int listener_;
    std::uint16_t port_ = 0;
    mutable std::mutex mutex_;
    std::size_t accepted_ = 0;
    std::list<int> open_;
    std::list<std::thread> threads_;
    std::thread acceptor_;
};

/// A port on which nobody listens.
inline std::string closed_host() {
    const TestServer server([](TestConnection&) {});
    return server.host();
}

}  // namespace karmen::net::testing
