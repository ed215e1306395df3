#include "api/handlers.hpp"
#include "api/stream_access.hpp"
#include "http/sse.hpp"

#include <optional>
#include <string>
#include <utility>

namespace karmen::api {

namespace {

struct EventStream {
    events::EventFollower follower;
    StreamAccess access;
    std::chrono::milliseconds patience;
};

/// None: there will be no more.
Awaitable<std::optional<std::string>> next_text(EventStream& stream) {
    const auto events = co_await stream.access.next(stream.follower.next(stream.patience));
    if (!events || !*events) co_return std::nullopt;
    std::string text;
    for (const events::PublishedEventPtr& event : **events)
        text += http::event_text(event->id.to_string(), event->name, event->data);
    co_return text;
}

Awaitable<void> send_events(EventStream stream, http::BodyWriter& out) {
    while (const auto text = co_await next_text(stream))
        co_await out.write(text->empty() ? http::kEventStreamPulse : std::string_view(*text));
}

/// A browser that connects again sends the header; a page that makes a new EventSource can only name it in the address.
std::optional<std::string_view> last_event_id(const http::Request& request) {
    const auto in_header = request.headers.find("Last-Event-ID");
    return in_header ? in_header : http::find(request.query, "last_event_id");
}

}  // namespace

Answer follow_events(const Services& services, Call& call) {
    http::Response response;
    response.headers.set("Content-Type", http::kEventStreamType);
    // The address may hold a token.
    response.headers.set("Referrer-Policy", "no-referrer");
    // A proxy in front that collects the stream (nginx does by default) would show it late.
    response.headers.set("X-Accel-Buffering", "no");
    if (call.request.method == "HEAD") co_return response;
    EventStream stream{.follower = services.events.follow(last_event_id(call.request)),
                       .access = services.stream_checks.begin(call.account),
                       .patience = services.limits.event_pulse_interval};
    response.body = http::StreamBody(
        [stream = std::move(stream)](http::BodyWriter& out) mutable { return send_events(std::move(stream), out); });
    co_return response;
}

}  // namespace karmen::api
