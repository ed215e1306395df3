#include "api/event_json.hpp"
#include "api/routes.hpp"
#include "api/stream_access.hpp"
#include "api/stream_record.hpp"
#include "http/sse.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace karmen::api {

namespace {

struct EventStream {
    events::EventFollower follower;
    StreamAccess access;
    std::chrono::milliseconds patience;
    std::optional<identity::Account> account;
    StreamRecord record;
};

/// nullopt if no more events will come.
Awaitable<std::optional<std::string>> next_text(EventStream& stream) {
    const auto events = co_await stream.access.next(stream.follower.next(stream.patience));
    if (!events || !*events) co_return std::nullopt;
    std::string text;
    for (const events::PublishedEventPtr& event : **events)
        if (may_see(event->name, stream.account))
            text += http::event_text(event->id.to_string(), event->name, event->data);
    co_return text;
}

Awaitable<void> send_events(EventStream stream, http::BodyWriter& out) {
    while (const auto text = co_await next_text(stream))
        co_await out.write(text->empty() ? http::kEventStreamPulse : std::string_view(*text));
    const std::string_view refusal = stream.access.why_ended();
    stream.record.set_reason(refusal.empty() ? kServerStops : refusal);
}

/// A browser that connects again sends the header; a page that makes a new EventSource can only name it in the address.
std::optional<std::string_view> last_event_id(const http::Request& request) {
    const auto in_header = request.headers.find("Last-Event-ID");
    return in_header ? in_header : http::find(request.query, "last_event_id");
}

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
                       .patience = services.limits.event_pulse_interval,
                       .account = call.account,
                       .record = StreamRecord(services.audit, call, "events")};
    response.body = http::StreamBody(
        [stream = std::move(stream)](http::BodyWriter& out) mutable { return send_events(std::move(stream), out); });
    co_return response;
}

constexpr std::string_view kEvents =
    "Server-sent events, for EventSource. `printer`, `gcode` and `printjob` have the row as the lists have it, a "
    "printer "
    "with status, webcam and job; `printer-removed` has `id` and `host`, `gcode-removed` (its print jobs are not "
    "available any "
    "more either) and `printjob-removed` have `id`. Administrators also get `task`, "
    "the row of a task that changed. The first event is `reset`: from here on events come, so now read "
    "the lists. It comes again when events were missed. A client that comes back with Last-Event-ID gets what it "
    "missed. Whether the user still may follow is checked again and again (`auth.stream_check_interval`; without an "
    "answer of the database the stream goes on for `auth.stream_unchecked_max`), but a stream "
    "is not cut when its access token expires. `overloaded`: too many followers.";

}  // namespace

std::vector<Route> event_routes() {
    using enum QueryFacts;
    return {
        {.method = "GET",
         .path = "/events",
         .summary = "What changes, as it happens",
         .access = kFollower,
         .handler = follow_events,
         .answers = {{200, "EventStream", http::kEventStreamType}},
         .query = kEventPosition,
         .note = kEvents},
    };
}

}  // namespace karmen::api
