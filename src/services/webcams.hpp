#pragma once

#include "runtime/awaitable.hpp"
#include "services/printers.hpp"
#include "webcam/relay.hpp"

#include <string>

namespace karmen::services {

/// Watching the webcams of the printers in the list. Loop only; owned by the composition root, which stops it before
/// the loop ends.
class Webcams final : private webcam::StreamSource {
  public:
    /// All outlive it.
    Webcams(Executor loop, net::HttpClient& client, Printers& printers, Log& log, webcam::RelayOptions options);

    /// Whether there is a webcam to watch, without connecting to it. Throws Error: kPrinterNotFound,
    /// kWebcamNotAvailable, kWebcamFailed when the printer does not say where its webcam is.
    Awaitable<void> require(std::string host);

    /// Throws Error: kPrinterNotFound, and as webcam::Relay::watch.
    Awaitable<webcam::Viewer> watch(std::string host);

    const webcam::Relay& relay() const { return relay_; }

    /// Ends all streams and lets nobody begin another.
    Awaitable<void> stop() { return relay_.stop(); }

  private:
    Awaitable<CameraAddress> stream_address(std::string host) override;

    Printers& printers_;
    webcam::Relay relay_;
};

}  // namespace karmen::services
