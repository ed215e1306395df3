#include "webcam/relay.hpp"

#include "base/error.hpp"
#include "base/random.hpp"
#include "runtime/event.hpp"
#include "runtime/sleep.hpp"
#include "runtime/timeout.hpp"
#include "webcam/mjpeg.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <utility>

namespace karmen::webcam {

namespace asio = boost::asio;

namespace {

using Clock = std::chrono::steady_clock;

/// What may have come from a camera and not been looked at.
constexpr std::size_t kUnreadBytesMax = 256UL << 10;
constexpr int kFullRetryAfterSeconds = 5;

Error failed(const char* message, std::string detail = {}) {
    return {ErrorCode::kWebcamFailed, PublicMessage{message}, LogDetail{std::move(detail)}};
}

Error no_place(const char* message) {
    return Error(ErrorCode::kOverloaded, PublicMessage{message}).with_retry_after(kFullRetryAfterSeconds);
}

/// There is nothing to come back to.
bool is_final(const Error& error) {
    return error.code() == ErrorCode::kPrinterNotFound || error.code() == ErrorCode::kWebcamNotAvailable;
}

}  // namespace

/// A printer's webcam that somebody watches. Shared by the relay, its coroutines and the viewers.
struct Camera {
    Camera(const Executor& loop, std::string host_in) : host(std::move(host_in)), news(loop), audience(loop) {}

    const std::string host;
    CameraAddress address;  ///< where it was when it was last connected
    PartPtr newest;
    std::uint64_t pictures = 0;
    Clock::time_point last_picture;
    Condition news;  ///< a picture, or the end
    std::size_t viewers = 0;
    Condition audience;  ///< somebody came or left
    bool has_ended = false;
    std::optional<Error> problem;  ///< why there never was a picture
};

Viewer::Viewer(std::shared_ptr<Camera> camera) : camera_(std::move(camera)) {
    ++camera_->viewers;
    camera_->audience.notify_all();
}

Viewer::Viewer(Viewer&& other) noexcept = default;

Viewer::~Viewer() {
    if (!camera_) return;
    --camera_->viewers;
    camera_->audience.notify_all();
}

Awaitable<PartPtr> Viewer::next() {
    while (camera_->pictures == seen_ && !camera_->has_ended) co_await camera_->news.wait();
    if (camera_->pictures == seen_) co_return nullptr;
    seen_ = camera_->pictures;
    co_return camera_->newest;
}

std::chrono::milliseconds Viewer::age() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - camera_->last_picture);
}

Relay::Relay(Executor loop, net::HttpClient& client, StreamSource& source, Log& log, RelayOptions options)
    : loop_(loop),
      client_(client),
      source_(source),
      log_(log),
      options_(std::move(options)),
      boundary_(random_hex(16)),
      // The type is ours: a printer that called its pictures text/html would have a page on this server. No length: it
      // stands before a picture that nobody has seen yet.
      separator_("\r\n--" + boundary_ + "\r\nContent-Type: image/jpeg\r\n\r\n"),
      tasks_(loop, log, "webcam") {}

Awaitable<Viewer> Relay::watch(std::string host) {
    const CameraPtr camera = find_or_begin(host);
    Viewer viewer(camera);
    while (!camera->newest && !camera->has_ended) co_await camera->news.wait();
    if (camera->newest) co_return viewer;
    throw camera->problem.value_or(no_place("The server is about to stop"));
}

Awaitable<Picture> Relay::picture(std::string host, std::chrono::milliseconds age_max) {
    Viewer viewer = co_await watch(std::move(host));
    PartPtr part = co_await viewer.next();
    if (viewer.age() > age_max) {
        const auto newer = co_await with_timeout(options_.idle_timeout, viewer.next());
        part = newer.value_or(nullptr);
    }
    if (!part) throw failed("The webcam sends no pictures at the moment");
    co_return Picture{std::move(part), viewer.age()};
}

Relay::CameraPtr Relay::find_or_begin(const std::string& host) {
    if (is_stopped_) throw no_place("The server is about to stop");
    if (const auto found = cameras_.find(host); found != cameras_.end()) {
        if (found->second->viewers >= options_.viewers_max) throw no_place("Too many people watch this webcam");
        return found->second;
    }
    if (cameras_.size() >= options_.cameras_max) throw no_place("Too many webcams are watched");
    auto camera = std::make_shared<Camera>(loop_, host);
    cameras_.emplace(host, camera);
    tasks_.spawn(run(camera));
    return camera;
}

Awaitable<void> Relay::stop() {
    is_stopped_ = true;
    tasks_.cancel();
    co_await tasks_.join();
}

Awaitable<void> Relay::run(CameraPtr camera) {
    // Viewers must be told, also when this is cancelled or fails.
    struct End {
        Relay& relay;
        const CameraPtr& camera;
        ~End() { relay.end(camera); }
    } const at_end{*this, camera};
    const auto begin = [this](Awaitable<void> task) { return asio::co_spawn(loop_, std::move(task), asio::deferred); };
    const auto [order, error, audience_error, source_error] =
        co_await asio::experimental::make_parallel_group(begin(play(camera)), begin(wait_until_deserted(camera)),
                                                         begin(wait_until_source_changes(camera)))
            .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    const std::exception_ptr first = std::array{error, audience_error, source_error}.at(order[0]);
    if (first) std::rethrow_exception(first);
}

/// From now on, new viewers start a new connection.
void Relay::end(const CameraPtr& camera) {
    const auto found = cameras_.find(camera->host);
    if (found != cameras_.end() && found->second == camera) cameras_.erase(found);
    camera->has_ended = true;
    camera->news.notify_all();
}

/// Connects again and again until it gives up.
Awaitable<void> Relay::play(CameraPtr camera) {
    auto pause = options_.retry_min;
    for (;;) {
        const std::uint64_t before = camera->pictures;
        Error why = co_await attempt(camera);
        if (camera->pictures == 0) {
            camera->problem = std::move(why);
            break;
        }
        if (camera->pictures != before) {
            pause = options_.retry_min;
            log_.info("webcam interrupted", {{"printer", camera->host}, {"reason", why.what()}});
        }
        if (is_final(why) || Clock::now() + pause - camera->last_picture > options_.outage_max) break;
        co_await sleep_for(pause);
        pause = std::min(pause * 2, options_.retry_max);
    }
    end(camera);
}

/// Until the stream breaks off; gives the reason.
Awaitable<Error> Relay::attempt(CameraPtr camera) {
    try {
        co_return co_await play_once(camera);
    } catch (const Error& error) {
        co_return error;
    }
}

Awaitable<Error> Relay::play_once(CameraPtr camera) {
    for (;;) {
        camera->address = co_await current_address(camera);
        if (!options_.hosts.may_connect(camera->address.url, camera->host))
            co_return Error(ErrorCode::kWebcamNotAvailable,
                            PublicMessage{"The webcam is on another host, which webcam.allowed_hosts does not name"});
        auto problem = co_await pass_pictures(camera, co_await open(camera->address));
        if (problem) co_return std::move(*problem);
        co_await sleep_for(options_.still_interval);
    }
}

/// Throws Error(kWebcamFailed).
Awaitable<net::HttpStream> Relay::open(CameraAddress address) {
    net::HttpRequest request;
    request.url = std::move(address.url);
    request.tls_fingerprint = std::move(address.tls_fingerprint);
    if (address.credentials) {
        request.user = std::move(address.credentials->user);
        request.password = std::move(address.credentials->password);
    }
    request.headers = {{"Accept", "multipart/x-mixed-replace, image/jpeg, */*;q=0.5"}};
    request.connect_timeout = options_.connect_timeout;
    request.total_timeout = options_.connect_timeout;
    request.idle_timeout = options_.idle_timeout;
    request.answer_bytes_max = kUnreadBytesMax;
    auto stream = co_await client_.open(std::move(request));
    if (!stream) throw failed("The webcam cannot be reached", stream.error().detail);
    const int status = stream->head().status;
    if (status == 401) throw failed("The webcam wants another user or password than the printer has for it");
    if (status != 200) throw failed("The webcam refuses to show its stream", fmt::format("status {}", status));
    co_return std::move(*stream);
}

/// A printer that does not answer now still has the webcam that it had.
Awaitable<CameraAddress> Relay::current_address(CameraPtr camera) {
    try {
        co_return co_await source_.stream_address(camera->host);
    } catch (const Error& error) {
        if (camera->address.url.empty() || is_final(error)) throw;
    }
    co_return camera->address;
}

/// Reads until the stream ends and returns why; nullopt after a single picture, which is not an error.
Awaitable<std::optional<Error>> Relay::pass_pictures(CameraPtr camera, net::HttpStream stream) {
    using Event = MjpegParser::Event;
    MjpegParser parser(mjpeg_boundary(stream.head().find("Content-Type")), options_.picture_bytes_max);
    auto last = Clock::now();
    for (;;) {
        const auto bytes = co_await stream.read();
        if (!bytes) co_return failed("The webcam sends nothing more", bytes.error().detail);
        const bool is_over = bytes->empty();
        parser.feed(*bytes);
        auto event = parser.next();
        if (is_over && event == Event::kNeedInput) event = parser.finish();
        for (; event == Event::kPicture; event = parser.next()) {
            publish(*camera, parser.picture());
            last = camera->last_picture;
            if (parser.is_single_picture()) co_return std::nullopt;
        }
        if (event == Event::kEnd) co_return failed("The webcam has ended its stream");
        if (event == Event::kBroken)
            co_return failed("The webcam sends something else than MJPEG or JPEG pictures",
                             std::string(parser.problem()));
        // Bytes may come all the time and never become a picture.
        if (Clock::now() - last > options_.idle_timeout) co_return failed("The webcam sends no pictures");
    }
}

void Relay::publish(Camera& camera, std::string_view picture) const {
    auto part = std::make_shared<std::string>();
    part->reserve(picture.size() + separator_.size());
    part->append(picture).append(separator_);
    camera.newest = std::move(part);
    ++camera.pictures;
    camera.last_picture = Clock::now();
    camera.news.notify_all();
}

Awaitable<void> Relay::wait_until_deserted(CameraPtr camera) {
    // Who came meanwhile may have left already, and is a last viewer again.
    bool has_come = false;
    do {
        while (camera->viewers > 0) co_await camera->audience.wait();
        has_come = co_await finishes_within(options_.linger, camera->audience.wait());
    } while (has_come || camera->viewers > 0);
    end(camera);
}

/// The printer is gone, or has its webcam elsewhere.
Awaitable<void> Relay::wait_until_source_changes(CameraPtr camera) {
    for (bool is_same = true; is_same;) {
        co_await sleep_for(options_.source_check_interval);
        try {
            is_same = co_await source_.stream_address(camera->host) == camera->address;
        } catch (const Error& error) {
            is_same = !is_final(error);
        }
    }
    end(camera);
}

}  // namespace karmen::webcam
