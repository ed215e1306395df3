#include "api/handlers.hpp"
#include "api/stream_access.hpp"

#include <utility>

namespace karmen::api {

namespace {

Awaitable<void> send_pictures(webcam::Viewer viewer, StreamAccess access, std::string first_bytes,
                              http::BodyWriter& out) {
    co_await out.write(first_bytes);
    for (;;) {
        const auto part = co_await access.next(viewer.next());
        if (!part || !*part) co_return;
        co_await out.write(**part);
    }
}

}  // namespace

Answer proxied_webcam(const Services& services, Call& call) {
    const webcam::Relay& relay = services.webcams.relay();
    http::Response response;
    response.headers.set("Content-Type", relay.content_type());
    response.headers.set("X-Content-Type-Options", "nosniff");
    // The address may hold a token.
    response.headers.set("Referrer-Policy", "no-referrer");
    // A proxy in front that collects the stream (nginx does by default) would show it late.
    response.headers.set("X-Accel-Buffering", "no");
    if (call.request.method == "HEAD") {
        co_await services.webcams.require(call.path_value(0));
        co_return response;
    }
    response.body = http::StreamBody([viewer = co_await services.webcams.watch(call.path_value(0)),
                                      access = services.stream_checks.begin(call.account),
                                      first_bytes = relay.first_bytes()](http::BodyWriter& out) mutable {
        return send_pictures(std::move(viewer), std::move(access), std::move(first_bytes), out);
    });
    co_return response;
}

}  // namespace karmen::api
