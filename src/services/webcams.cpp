#include "services/webcams.hpp"

#include "base/error.hpp"

#include <utility>

namespace karmen::services {

Webcams::Webcams(Executor loop, net::HttpClient& client, Printers& printers, Log& log, webcam::RelayOptions options)
    : printers_(printers), relay_(std::move(loop), client, *this, log, std::move(options)) {}

Awaitable<void> Webcams::require(std::string host) {
    co_await stream_address(std::move(host));
}

Awaitable<webcam::Viewer> Webcams::watch(std::string host) {
    // A camera that is connected already says nothing of a printer that was removed a moment ago.
    co_await printers_.require(host);
    co_return co_await relay_.watch(std::move(host));
}

Awaitable<CameraAddress> Webcams::stream_address(std::string host) {
    const PrinterView view = co_await printers_.find(std::move(host), {.webcam = true});
    const Webcam& webcam = view.snapshot.webcam;
    if (webcam.stream) co_return webcam.stream->address;
    if (webcam.message == kWebcamDisabled)
        throw Error(ErrorCode::kWebcamNotAvailable, PublicMessage{"The printer has no webcam, or has it switched off"});
    if (!webcam.reason.empty()) throw Error(ErrorCode::kWebcamNotAvailable, PublicMessage{webcam.reason});
    throw Error(ErrorCode::kWebcamFailed, PublicMessage{"The printer does not say where its webcam is"},
                LogDetail{webcam.message});
}

}  // namespace karmen::services
