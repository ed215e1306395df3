// One camera to 100 viewers: CPU time of the relay for what it delivers, as a ratio to nginx (one worker) that passes
// the same camera on, and how many connections each opens to the camera. Both take turns in one run. nginx is measured
// without buffering, as Karmen 0.0.13 had it, and with its default. Needs nginx.

#include "http/server.hpp"
#include "nginx.hpp"
#include "runtime/loop.hpp"
#include "webcam/relay.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <functional>
#include <list>
#include <mutex>
#include <poll.h>
#include <pthread.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace karmen;
using namespace std::chrono_literals;

constexpr int kRounds = 3;
constexpr std::size_t kViewers = 100;
constexpr std::size_t kPictureBytes = 50'000;
constexpr std::chrono::milliseconds kPictureInterval{40};
constexpr std::chrono::seconds kMeasured{6};

::sockaddr_in loopback(std::uint16_t port) {
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

bool send_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const ::ssize_t n = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

/// 25 pictures a second to each connection, which has a thread of its own.
class Camera {
  public:
    Camera() : listener_(::socket(AF_INET, SOCK_STREAM, 0)), port_(bench::free_port()) {
        const int yes = 1;
        ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        const auto address = loopback(port_);
        if (::bind(listener_, reinterpret_cast<const ::sockaddr*>(&address), sizeof address) != 0 ||
            ::listen(listener_, 1024) != 0)
            throw std::runtime_error("the camera cannot listen");
        acceptor_ = std::thread([this] {
            for (int socket = ::accept(listener_, nullptr, nullptr); socket >= 0;
                 socket = ::accept(listener_, nullptr, nullptr)) {
                const std::lock_guard lock(mutex_);
                threads_.emplace_back([this, socket] { serve(socket); });
            }
        });
    }
    Camera(const Camera&) = delete;
    Camera& operator=(const Camera&) = delete;
    ~Camera() {
        is_over_ = true;
        ::shutdown(listener_, SHUT_RDWR);
        acceptor_.join();
        for (std::thread& thread : threads_) thread.join();
        ::close(listener_);
    }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/?action=stream"; }
    int open() const { return open_; }

  private:
    void serve(int socket) {
        ++open_;
        std::array<char, 4096> request{};
        static_cast<void>(::recv(socket, request.data(), request.size(), 0));
        const std::string part = "Content-Type: image/jpeg\r\nContent-Length: " + std::to_string(kPictureBytes) +
                                 "\r\n\r\n\xff\xd8" + std::string(kPictureBytes - 4, 'x') + "\xff\xd9\r\n--cam\r\n";
        bool is_open = send_all(socket,
                                "HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=cam\r\n"
                                "\r\n--cam\r\n");
        for (auto next = std::chrono::steady_clock::now(); is_open && !is_over_; next += kPictureInterval) {
            std::this_thread::sleep_until(next);
            is_open = send_all(socket, part);
        }
        ::close(socket);
        --open_;
    }

    int listener_;
    std::uint16_t port_;
    std::atomic<bool> is_over_ = false;
    std::atomic<int> open_ = 0;
    std::mutex mutex_;
    std::list<std::thread> threads_;
    std::thread acceptor_;
};

/// Read all that they get, on one thread.
class Viewers {
  public:
    explicit Viewers(std::uint16_t port) {
        const auto address = loopback(port);
        for (std::size_t i = 0; i < kViewers; ++i) {
            const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
            if (::connect(socket, reinterpret_cast<const ::sockaddr*>(&address), sizeof address) != 0 ||
                !send_all(socket, "GET / HTTP/1.1\r\nHost: bench\r\n\r\n"))
                throw std::runtime_error("a viewer cannot connect");
            sockets_.push_back({socket, POLLIN, 0});
        }
        reader_ = std::thread([this] { read(); });
    }
    Viewers(const Viewers&) = delete;
    Viewers& operator=(const Viewers&) = delete;
    ~Viewers() {
        is_over_ = true;
        reader_.join();
        for (const ::pollfd& socket : sockets_) ::close(socket.fd);
    }
    std::uint64_t bytes() const { return bytes_; }

  private:
    void read() {
        std::vector<char> buffer(256UL * 1024);
        while (!is_over_) {
            ::poll(sockets_.data(), sockets_.size(), 100);
            for (const ::pollfd& socket : sockets_) {
                if (socket.revents == 0) continue;
                const ::ssize_t n = ::recv(socket.fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
                if (n > 0) bytes_ += static_cast<std::uint64_t>(n);
            }
        }
    }

    std::vector<::pollfd> sockets_;
    std::atomic<std::uint64_t> bytes_ = 0;
    std::atomic<bool> is_over_ = false;
    std::thread reader_;
};

/// The camera is the printer's only webcam.
class Source final : public webcam::StreamSource {
  public:
    explicit Source(std::string url) : url_(std::move(url)) {}
    Awaitable<CameraAddress> stream_address(std::string) override { co_return CameraAddress{url_}; }

  private:
    std::string url_;
};

Awaitable<void> send_pictures(webcam::Viewer viewer, std::string first_bytes, http::BodyWriter& out) {
    co_await out.write(first_bytes);
    while (const webcam::PartPtr part = co_await viewer.next()) co_await out.write(*part);
}

Awaitable<http::Response> show(webcam::Relay& relay) {
    http::Response response;
    response.headers.set("Content-Type", relay.content_type());
    response.body = http::StreamBody(
        [viewer = co_await relay.watch("127.0.0.1:80"), first = relay.first_bytes()](http::BodyWriter& out) mutable {
            return send_pictures(std::move(viewer), std::move(first), out);
        });
    co_return response;
}

/// The relay behind Karmen's HTTP server on a loop of its own.
class Karmen {
  public:
    explicit Karmen(std::string camera) : source_(std::move(camera)) {
        server_.start();
        thread_ = std::thread([this] { loop_.run(); });
    }
    Karmen(const Karmen&) = delete;
    Karmen& operator=(const Karmen&) = delete;
    ~Karmen() {
        boost::asio::co_spawn(loop_.executor(), relay_.stop(), boost::asio::use_future).get();
        boost::asio::co_spawn(loop_.executor(), server_.stop(0ms), boost::asio::use_future).get();
        thread_.join();
    }
    std::uint16_t port() const { return server_.port(); }
    double cpu_seconds() {
        ::clockid_t clock{};
        ::timespec time{};
        ::pthread_getcpuclockid(thread_.native_handle(), &clock);
        ::clock_gettime(clock, &time);
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
    }

  private:
    Log log_{LogLevel::kWarning, LogFormat::kText};
    Loop loop_;
    Pool files_{"files", 1, 16};
    net::HttpClient client_{loop_.executor(), files_, {}, log_};
    Source source_;
    webcam::Relay relay_{loop_.executor(), client_, source_, log_, {}};
    http::Server server_{loop_.executor(), {}, [this](http::Request&) { return show(relay_); }, files_, log_};
    std::thread thread_;
};

struct Measured {
    double cpu_ms_per_mb = 0;
    double pictures_per_second = 0;  ///< of one viewer
    int upstream = 0;
};

template <class Proxy>
Measured measure(Proxy& proxy, const Camera& camera) {
    const Viewers viewers(proxy.port());
    std::this_thread::sleep_for(2s);
    const double cpu = proxy.cpu_seconds();
    const std::uint64_t bytes = viewers.bytes();
    std::this_thread::sleep_for(kMeasured);
    const double spent = proxy.cpu_seconds() - cpu;
    const double delivered = static_cast<double>(viewers.bytes() - bytes);
    if (delivered == 0) throw std::runtime_error("nothing was delivered");
    return {.cpu_ms_per_mb = spent * 1e3 / (delivered / 1e6),
            .pictures_per_second = delivered / kPictureBytes / kViewers / static_cast<double>(kMeasured.count()),
            .upstream = camera.open()};
}

Measured median(std::vector<Measured> all) {
    std::ranges::sort(all, {}, &Measured::cpu_ms_per_mb);
    return all[all.size() / 2];
}

Measured measure_nginx(const Camera& camera, const std::string& options) {
    bench::Nginx nginx("location / { proxy_pass " + camera.url() + "; " + options + " }");
    std::this_thread::sleep_for(500ms);
    return measure(nginx, camera);
}

void print(const char* name, const Measured& one) {
    std::printf("webcam %-24s %.3f CPU ms/MB, %.1f pictures/s for each of %zu viewers, %d connections to the camera\n",
                name, one.cpu_ms_per_mb, one.pictures_per_second, kViewers, one.upstream);
}

}  // namespace

int main() {
    std::vector<Measured> unbuffered;
    std::vector<Measured> buffered;
    std::vector<Measured> ours;
    for (int round = 0; round < kRounds; ++round) {
        // A camera for each, so that the connections of one are not counted for the next.
        unbuffered.push_back(measure_nginx(Camera(), "proxy_buffering off;"));
        buffered.push_back(measure_nginx(Camera(), ""));
        const Camera camera;
        Karmen karmen(camera.url());
        ours.push_back(measure(karmen, camera));
    }
    print("nginx, buffering off:", median(unbuffered));
    print("nginx, default:", median(buffered));
    print("karmen:", median(ours));
    const double unbuffered_ratio = median(ours).cpu_ms_per_mb / median(unbuffered).cpu_ms_per_mb;
    const double buffered_ratio = median(ours).cpu_ms_per_mb / median(buffered).cpu_ms_per_mb;
    std::printf("webcam: CPU of karmen to nginx: %.2f (buffering off), %.2f (default)\n", unbuffered_ratio,
                buffered_ratio);
    const bool holds = unbuffered_ratio <= 1 && buffered_ratio <= 1;
    std::printf("target: no more CPU than nginx: %s\n", holds ? "holds" : "MISSED");
    return holds ? 0 : 1;
}
