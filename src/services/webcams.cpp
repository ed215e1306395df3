#include "services/webcams.hpp"

#include "base/error.hpp"
#include "webcam/jpeg.hpp"

#include <string_view>

namespace karmen::services {

namespace {

Error unscalable() {
    return {ErrorCode::kWebcamFailed, PublicMessage{"The webcam sends a picture that cannot be scaled"}};
}

}  // namespace

Webcams::Webcams(Executor loop, net::HttpClient& client, Printers& printers, Pool& cpu, Log& log,
                 webcam::RelayOptions relay_options, SnapshotOptions snapshot_options)
    : loop_(loop),
      printers_(printers),
      cpu_(cpu),
      snapshot_options_(snapshot_options),
      relay_(std::move(loop), client, *this, log, std::move(relay_options)) {}

Awaitable<Printer> Webcams::require(std::string host) {
    co_return (co_await watchable(std::move(host))).printer;
}

Awaitable<webcam::Viewer> Webcams::watch(std::string host) {
    // The camera may still be connected, although its printer was removed a moment ago.
    const Printer printer = co_await printers_.require(std::move(host));
    co_return co_await relay_.watch(printer.host);
}

Awaitable<Snapshot> Webcams::snapshot(std::string host, std::optional<int> width) {
    host = (co_await printers_.require(std::move(host))).host;
    const webcam::Picture picture = co_await relay_.picture(host, snapshot_options_.age_max);
    const std::string_view jpeg = relay_.picture_of(*picture.part);
    const auto eighths = width ? webcam::eighths_for_width(jpeg, *width) : webcam::kFullSize;
    if (!eighths) throw unscalable();
    if (*eighths == webcam::kFullSize) co_return Snapshot{std::make_shared<const std::string>(jpeg), picture.age};
    co_return Snapshot{co_await scaled({std::move(host), *eighths}, picture.part), picture.age};
}

Awaitable<std::shared_ptr<const std::string>> Webcams::scaled(Size size, webcam::PartPtr part) {
    for (;;) {
        std::shared_ptr<Scaled> known = scaled_[size];
        if (!known || known->part.lock() != part || (known->is_over && !known->jpeg)) break;
        while (!known->is_over) co_await known->done.wait();
        if (known->jpeg) co_return known->jpeg;
    }
    // Removes pictures of cameras without viewers.
    std::erase_if(scaled_, [](const auto& entry) { return !entry.second || entry.second->part.expired(); });
    auto mine = std::make_shared<Scaled>(loop_, part);
    scaled_[size] = mine;
    co_return co_await scale(std::move(mine), size.second, std::move(part));
}

Awaitable<std::shared_ptr<const std::string>> Webcams::scale(std::shared_ptr<Scaled> scaled, int eighths,
                                                             webcam::PartPtr part) {
    // Other waiters must be woken, also if this is cancelled or fails.
    struct End {
        Scaled& scaled;
        ~End() {
            scaled.is_over = true;
            scaled.done.notify_all();
        }
    } const at_end{*scaled};
    auto jpeg = co_await offload(
        cpu_, [picture = relay_.picture_of(*part), part, eighths, pixels_max = snapshot_options_.pixels_max] {
            return webcam::scaled_jpeg(picture, eighths, pixels_max);
        });
    if (!jpeg) throw unscalable();
    scaled->jpeg = std::make_shared<const std::string>(std::move(*jpeg));
    co_return scaled->jpeg;
}

Awaitable<CameraAddress> Webcams::stream_address(std::string host) {
    co_return (co_await watchable(std::move(host))).snapshot.webcam.stream->address;
}

Awaitable<PrinterView> Webcams::watchable(std::string host) {
    PrinterView view = co_await printers_.find(std::move(host), {.status = true, .webcam = true});
    const Webcam& webcam = view.snapshot.webcam;
    if (webcam.stream) co_return view;
    if (webcam.message == kWebcamDisabled)
        throw Error(ErrorCode::kWebcamNotAvailable, PublicMessage{"The printer has no webcam, or has it switched off"});
    // The printer's certificate is not trusted, so its camera is not trusted either, and a running stream ends.
    if (view.snapshot.status.state == PrinterState::kTls)
        throw Error(ErrorCode::kWebcamNotAvailable, PublicMessage{view.snapshot.status.reason});
    if (!webcam.reason.empty()) throw Error(ErrorCode::kWebcamNotAvailable, PublicMessage{webcam.reason});
    throw Error(ErrorCode::kWebcamFailed, PublicMessage{"The printer does not say where its webcam is"},
                LogDetail{webcam.message});
}

}  // namespace karmen::services
