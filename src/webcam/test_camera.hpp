#pragma once

#include "base/error.hpp"
#include "net/test_server.hpp"
#include "runtime/testing.hpp"
#include "webcam/relay.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <poll.h>
#include <string>
#include <utility>

/// For tests only: cameras on loopback, and who knows where they are.
namespace karmen::webcam::testing {

using net::testing::TestConnection;
using net::testing::TestServer;

inline constexpr std::string_view kStreamHead =
    "HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=cam\r\n\r\n--cam\r\n";

inline std::string picture(const std::string& text) {
    return "\xff\xd8" + text + "\xff\xd9";
}

inline std::string part(const std::string& text) {
    const std::string bytes = picture(text);
    return "Content-Type: image/jpeg\r\nContent-Length: " + std::to_string(bytes.size()) + "\r\n\r\n" + bytes +
           "\r\n--cam\r\n";
}

/// The other side has closed; waits for that as long as one picture lasts.
inline bool is_left(const TestConnection& connection) {
    pollfd socket{.fd = connection.native_handle(), .events = POLLIN, .revents = 0};
    return ::poll(&socket, 1, 2) > 0;
}

/// Sends `c<connection>p<number>` until the other side leaves.
inline void send_pictures(TestConnection& connection) {
    connection.read_request();
    connection.write(kStreamHead);
    for (int number = 0; !is_left(connection); ++number)
        connection.write(part("c" + std::to_string(connection.number) + "p" + std::to_string(number)));
}

/// Sends these bytes once; the connection stays open.
inline TestServer::Script sending(std::string bytes) {
    return [bytes = std::move(bytes)](TestConnection& connection) {
        connection.read_request();
        connection.write(bytes);
        connection.wait_for_close();
    };
}

class TestSource final : public StreamSource {
  public:
    Awaitable<CameraAddress> stream_address(std::string) override {
        ++asked;
        if (error) throw *error;
        co_return CameraAddress{url, credentials};
    }

    std::string url;
    std::optional<Credentials> credentials;
    std::optional<Error> error;
    int asked = 0;
};

}  // namespace karmen::webcam::testing
