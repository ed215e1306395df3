#include "fake/webcam.hpp"

#include "fake/answer.hpp"
#include "fake/webcam_frame.hpp"
#include "runtime/sleep.hpp"

#include <fmt/format.h>

#include <chrono>

namespace karmen::fake {

namespace {

constexpr std::string_view kStreamHead =
    "HTTP/1.0 200 OK\r\n"
    "Access-Control-Allow-Origin: *\r\n"
    "Connection: close\r\n"
    "Server: MJPG-Streamer/0.2\r\n"
    "Cache-Control: no-store, no-cache, must-revalidate, pre-check=0, post-check=0, max-age=0\r\n"
    "Pragma: no-cache\r\n"
    "Expires: Mon, 3 Jan 2000 12:34:56 GMT\r\n"
    "Content-Type: multipart/x-mixed-replace;boundary=boundarydonotcross\r\n"
    "\r\n"
    "--boundarydonotcross\r\n";

/// A picture as a part, with the boundary that ends it.
std::string part_of(const std::string& frame, Timestamp time) {
    const auto since_epoch = time.time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
    const std::string head =
        fmt::format("Content-Type: image/jpeg\r\nContent-Length: {}\r\nX-Timestamp: {}.{:06}\r\n\r\n", frame.size(),
                    seconds.count(), (since_epoch - seconds).count());
    return head + frame + "\r\n--boundarydonotcross\r\n";
}

/// Counts a viewer as long as it lives.
class Viewer {
  public:
    explicit Viewer(std::uint64_t& viewers) : viewers_(viewers) { ++viewers_; }
    Viewer(const Viewer&) = delete;
    Viewer& operator=(const Viewer&) = delete;
    ~Viewer() { --viewers_; }

  private:
    std::uint64_t& viewers_;
};

}  // namespace

bool Webcam::is_asked_for(const http::Request& request, std::string_view path) {
    return path == "/webcam/" || path == "/webcam" || (path == "/" && http::find(request.query, "action").has_value());
}

http::Response Webcam::handle(const http::Request& request) {
    const auto action = http::find(request.query, "action");
    if (action == "snapshot") {
        auto response = http::Response::text(200, "image/jpeg", frame());
        response.headers.add("Cache-Control", "no-store, no-cache, must-revalidate");
        return response;
    }
    if (action != "stream") return html_answer(404, "Not Found");
    http::Response response;
    response.body = http::RawBody([this](http::BodyWriter& out) { return stream(out); });
    return response;
}

Awaitable<http::ConnectionEnd> Webcam::stream(http::BodyWriter& out) {
    const Viewer viewer(context_.webcam_viewers);
    const std::chrono::milliseconds pause(1000 / std::max(context_.options.frames_per_second, 1U));
    co_await out.write(kStreamHead);
    for (;;) {
        // A copy: while it is written, another viewer may have the next picture drawn.
        const std::string part = part_of(frame(), context_.now());
        co_await out.write(part);
        co_await sleep_for(pause);
    }
}

const std::string& Webcam::frame() {
    const Timestamp now = context_.now();
    const std::chrono::milliseconds lasts(500 / std::max(context_.options.frames_per_second, 1U));
    if (!frame_.empty() && now >= drawn_ && now - drawn_ < lasts) return frame_;
    context_.printer.advance(now);
    drawn_ = now;
    frame_ = draw_frame(
        {context_.options.name, context_.printer.state_facts().text, context_.printer.progress().completion, now});
    return frame_;
}

}  // namespace karmen::fake
