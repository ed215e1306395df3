#pragma once

#include "base/log.hpp"
#include "domain/printer.hpp"
#include "net/http_client.hpp"
#include "printers/camera_hosts.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/task_group.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace karmen {
class Error;
}

namespace karmen::webcam {

struct RelayOptions {
    std::size_t cameras_max = 200;                     ///< watched at the same time
    std::size_t viewers_max = 200;                     ///< of one camera
    std::size_t picture_bytes_max = 2UL << 20;         ///< also the memory that a slow viewer holds
    std::chrono::milliseconds connect_timeout{5'000};  ///< until the header of the camera's answer
    /// Without a complete picture; then the camera counts as hanging.
    std::chrono::milliseconds idle_timeout{10'000};
    std::chrono::milliseconds linger{5'000};       ///< the camera stays connected after its last viewer has left
    std::chrono::milliseconds outage_max{60'000};  ///< how long viewers stay without a picture
    std::chrono::milliseconds retry_min{500};
    std::chrono::milliseconds retry_max{10'000};
    std::chrono::milliseconds still_interval{1'000};  ///< between two requests to a camera that gives single pictures
    printers::CameraHosts hosts = printers::CameraHosts();
    /// How often it checks that the printer still exists and its webcam is the same.
    std::chrono::milliseconds source_check_interval{30'000};
};

/// Gives the addresses of webcams.
class StreamSource {
  public:
    /// The address of that printer's stream, or of its single pictures. Throws Error: kPrinterNotFound and
    /// kWebcamNotAvailable if there is none, other codes if it is not known at the moment.
    virtual Awaitable<CameraAddress> stream_address(std::string host) = 0;

  protected:
    ~StreamSource() = default;
};

/// A picture, followed by the boundary and the header of the next one, because browsers show a picture only after that
/// header. Made once for all viewers. Immutable.
using PartPtr = std::shared_ptr<const std::string>;

struct Camera;

/// The place of one viewer at a camera, until it is destroyed. Loop only; may outlive the relay's stop().
class Viewer {
  public:
    explicit Viewer(std::shared_ptr<Camera> camera);
    Viewer(Viewer&& other) noexcept;
    Viewer& operator=(Viewer&&) = delete;
    ~Viewer();

    /// Waits for a picture newer than the last returned one, and returns the newest. A slow caller misses the pictures
    /// between. Null if the stream is over.
    Awaitable<PartPtr> next();
    /// The age of the newest picture. REQUIRES: there was one.
    std::chrono::milliseconds age() const;

  private:
    std::shared_ptr<Camera> camera_;
    std::uint64_t seen_ = 0;
};

struct Picture {
    PartPtr part;
    std::chrono::milliseconds age;
};

/// Shows the webcams of printers to any number of viewers. Each camera is connected once, from its first viewer until a
/// moment after its last one. If a camera breaks off or hangs, it is connected again while it has viewers; they see the
/// last picture meanwhile. Connects only to the printer's own host and to hosts that `hosts` allows. Loop only; owned
/// by the composition root, which stops it before the loop ends.
class Relay {
  public:
    /// `client`, `source` and `log` outlive it.
    Relay(Executor loop, net::HttpClient& client, StreamSource& source, Log& log, RelayOptions options);

    /// Returns a place as soon as there is a picture. Throws Error: as the source, kWebcamNotAvailable for a stream on
    /// another host, kWebcamFailed if no picture comes, kOverloaded if all places are taken or the relay was stopped.
    Awaitable<Viewer> watch(std::string host);

    /// The newest picture, or the next one if the newest is older than the limit. Callers at the same time share the
    /// connection. Throws Error as watch(), and kWebcamFailed if no next picture comes in the idle time.
    Awaitable<Picture> picture(std::string host, std::chrono::milliseconds age_max);

    /// The Content-Type of the answer to a viewer; its body is first_bytes() and then parts.
    std::string content_type() const { return "multipart/x-mixed-replace;boundary=" + boundary_; }
    std::string first_bytes() const { return separator_.substr(2); }

    /// The JPEG in a part.
    std::string_view picture_of(const std::string& part) const {
        return std::string_view(part).substr(0, part.size() - separator_.size());
    }

    /// Ends all streams and refuses new ones.
    Awaitable<void> stop();
    bool is_stopped() const { return is_stopped_; }

  private:
    using CameraPtr = std::shared_ptr<Camera>;

    CameraPtr find_or_begin(const std::string& host);
    Awaitable<void> run(CameraPtr camera);
    Awaitable<void> play(CameraPtr camera);
    Awaitable<Error> attempt(CameraPtr camera);
    Awaitable<Error> play_once(CameraPtr camera);
    Awaitable<std::optional<Error>> pass_pictures(CameraPtr camera, net::HttpStream stream);
    Awaitable<net::HttpStream> open(CameraAddress address);
    Awaitable<CameraAddress> current_address(CameraPtr camera);
    Awaitable<void> wait_until_deserted(CameraPtr camera);
    Awaitable<void> wait_until_source_changes(CameraPtr camera);
    void publish(Camera& camera, std::string_view picture) const;
    void end(const CameraPtr& camera);

    Executor loop_;
    net::HttpClient& client_;
    StreamSource& source_;
    Log& log_;
    RelayOptions options_;
    /// Random, so that no picture can contain it and pretend to be another part.
    std::string boundary_;
    /// The bytes between two pictures.
    std::string separator_;
    bool is_stopped_ = false;
    std::map<std::string, CameraPtr> cameras_;
    TaskGroup tasks_;
};

}  // namespace karmen::webcam
