#pragma once

#include "runtime/awaitable.hpp"
#include "runtime/event.hpp"
#include "runtime/pool.hpp"
#include "services/printers.hpp"
#include "webcam/relay.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace karmen::services {

struct SnapshotOptions {
    std::chrono::milliseconds age_max{5'000};
    int pixels_max = 32'000'000;  ///< larger pictures are not scaled
};

struct Snapshot {
    std::shared_ptr<const std::string> jpeg;
    std::chrono::milliseconds age;
};

/// Shows the webcams of the stored printers. Loop only; owned by the composition root, which stops it before the loop
/// ends.
class Webcams final : private webcam::StreamSource {
  public:
    /// All outlive it.
    Webcams(Executor loop, net::HttpClient& client, Printers& printers, Pool& cpu, Log& log,
            webcam::RelayOptions relay_options, SnapshotOptions snapshot_options);

    /// Checks that the printer has a webcam, without connecting to it. Throws Error: kPrinterNotFound,
    /// kWebcamNotAvailable, kWebcamFailed if the printer does not say where its webcam is.
    Awaitable<Printer> require(std::string host);

    /// Throws Error: kPrinterNotFound, and as webcam::Relay::watch.
    Awaitable<webcam::Viewer> watch(std::string host);

    /// One picture. With a width: the smallest of eight sizes that is at least as wide, or the camera's own size if
    /// none is. Callers at the same time share one connection, and one scaling for each size. Throws Error: as watch(),
    /// and kWebcamFailed if the picture cannot be scaled.
    Awaitable<Snapshot> snapshot(std::string host, std::optional<int> width);

    const webcam::Relay& relay() const { return relay_; }

    /// Ends all streams and refuses new ones.
    Awaitable<void> stop() { return relay_.stop(); }

  private:
    /// A printer with a stream. Throws Error: as require().
    Awaitable<PrinterView> watchable(std::string host);
    Awaitable<CameraAddress> stream_address(std::string host) override;

    /// A picture in one size, shared by all callers that wait for it.
    struct Scaled {
        Scaled(const Executor& loop, const webcam::PartPtr& part_in) : part(part_in), done(loop) {}

        std::weak_ptr<const std::string> part;
        std::shared_ptr<const std::string> jpeg;  ///< null after the end if it failed, or its caller was cancelled
        bool is_over = false;
        Condition done;
    };
    using Size = std::pair<std::string, int>;  ///< host, and the size in eighths

    Awaitable<std::shared_ptr<const std::string>> scaled(Size size, webcam::PartPtr part);
    Awaitable<std::shared_ptr<const std::string>> scale(std::shared_ptr<Scaled> scaled, int eighths,
                                                        webcam::PartPtr part);

    Executor loop_;
    Printers& printers_;
    Pool& cpu_;
    SnapshotOptions snapshot_options_;
    webcam::Relay relay_;
    std::map<Size, std::shared_ptr<Scaled>> scaled_;
};

}  // namespace karmen::services
