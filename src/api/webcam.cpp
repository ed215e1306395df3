#include "api/routes.hpp"
#include "api/stream_access.hpp"
#include "api/stream_record.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "http/file_response.hpp"
#include "printers/printer_api.hpp"

#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace karmen::api {

namespace {

struct PictureStream {
    const webcam::Relay& relay;
    webcam::Viewer viewer;
    StreamAccess access;
    StreamRecord record;
};

std::string_view why_ended(const PictureStream& stream) {
    if (const std::string_view refusal = stream.access.why_ended(); !refusal.empty()) return refusal;
    return stream.relay.is_stopped() ? kServerStops : "the webcam is gone";
}

Awaitable<void> send_pictures(PictureStream stream, http::BodyWriter& out) {
    co_await out.write(stream.relay.first_bytes());
    for (;;) {
        const auto part = co_await stream.access.next(stream.viewer.next());
        if (!part || !*part) break;
        co_await out.write(**part);
    }
    stream.record.set_reason(why_ended(stream));
}

void protect(http::Response& response) {
    response.headers.set("X-Content-Type-Options", "nosniff");
    // The address may hold a token.
    response.headers.set("Referrer-Policy", "no-referrer");
}

std::optional<int> asked_width(const http::Request& request) {
    constexpr int kWidthMax = 100'000;  // a JPEG has at most 65,535
    const auto text = http::find(request.query, "width");
    if (!text) return std::nullopt;
    const auto width = parse_int(*text);
    if (!width || *width < 1 || *width > kWidthMax)
        throw Error::invalid({{"/width", fmt::format("must be a number from 1 to {}", kWidthMax)}});
    return static_cast<int>(*width);
}

Answer webcam_snapshot(const Services& services, Call& call) {
    const std::optional<int> width = asked_width(call.request);
    const services::Snapshot snapshot = co_await services.webcams.snapshot(call.path_value(0), width);
    const std::string etag = fmt::format("{:016x}", std::hash<std::string>{}(*snapshot.jpeg));
    auto response = http::tagged_response(call.request, etag, http::Response::text(200, "image/jpeg", *snapshot.jpeg));
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(snapshot.age);
    response.headers.set("Age", std::to_string(age.count()));
    protect(response);
    co_return response;
}

Answer proxied_webcam(const Services& services, Call& call) {
    const webcam::Relay& relay = services.webcams.relay();
    http::Response response;
    response.headers.set("Content-Type", relay.content_type());
    protect(response);
    // A proxy in front that collects the stream (nginx does by default) would show it late.
    response.headers.set("X-Accel-Buffering", "no");
    if (call.request.method == "HEAD") {
        // nginx asks so before it fetches a stream itself: deploy/nginx/webcams.conf.
        const Printer printer = co_await services.webcams.require(call.path_value(0));
        response.headers.set("X-Karmen-Printer", printer.id.to_string());
        response.headers.set("X-Karmen-Printer-Host", printers::host_name_of(printer.host));
        co_return response;
    }
    webcam::Viewer viewer = co_await services.webcams.watch(call.path_value(0));
    PictureStream stream{.relay = relay,
                         .viewer = std::move(viewer),
                         .access = services.stream_checks.begin(call.account),
                         .record = StreamRecord(services.audit, call, "webcam")};
    response.body = http::StreamBody(
        [stream = std::move(stream)](http::BodyWriter& out) mutable { return send_pictures(std::move(stream), out); });
    co_return response;
}

constexpr std::string_view kSnapshot =
    "The newest picture of the stream, or the next one if that is older than `webcam.snapshot_max_age`. Requests at "
    "the same time share one connection to the camera. Pictures are made in eight sizes, eighths of the camera's own. "
    "`webcam_failed`: the camera cannot be reached, sends no pictures, or one that cannot be scaled.";

constexpr std::string_view kWebcam =
    "JPEG pictures one after another, for `<img src>`; flipping and turning them is left to the viewer. One connection "
    "to "
    "the camera serves all viewers; a slow viewer misses pictures. Whether the user "
    "still may watch is checked again and again (`auth.stream_check_interval`; without an answer of the database the "
    "stream goes on for `auth.stream_unchecked_max`), but a stream is not cut when its "
    "access "
    "token expires. A "
    "camera that breaks off is connected again while the last picture stays; the stream ends when that takes longer "
    "than "
    "`webcam.outage_max`, when the printer is removed or when its webcam is switched off. `webcam_failed`: the camera "
    "cannot be reached, or sends neither MJPEG nor JPEG; `overloaded`: too many viewers. HEAD tells the printer's id "
    "(`X-Karmen-Printer`) and host name or address (`X-Karmen-Printer-Host`).";

}  // namespace

std::vector<Route> webcam_routes() {
    using enum ErrorCode;
    using enum QueryFacts;
    return {
        {.method = "GET",
         .path = "/printers/{host}/snapshot",
         .summary = "One picture of a printer's webcam",
         .access = kViewer,
         .handler = webcam_snapshot,
         .answers = {{200, "File", "image/jpeg", {"ETag", "Age"}}, {.status = 304, .headers = {"ETag", "Age"}}},
         .query = kSnapshotWidth,
         .errors = {kPrinterNotFound, kWebcamNotAvailable, kWebcamFailed},
         .note = kSnapshot},
        {.method = "GET",
         .path = "/proxied-webcam/{host}",
         .summary = "The stream of a printer's webcam",
         .access = kViewer,
         .handler = proxied_webcam,
         .answers = {{200, "File", "multipart/x-mixed-replace"}},
         .errors = {kPrinterNotFound, kWebcamNotAvailable, kWebcamFailed},
         .note = kWebcam},
    };
}

}  // namespace karmen::api
