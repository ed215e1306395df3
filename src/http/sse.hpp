#pragma once

#include <string>
#include <string_view>

namespace karmen::http {

/// Media type of a stream of server-sent events (HTML Living Standard §9.2).
inline constexpr const char* kEventStreamType = "text/event-stream";

/// A comment, which clients ignore. It shows proxies that a quiet stream is alive.
inline constexpr std::string_view kEventStreamPulse = ":\n\n";

/// One event. Neither id nor name may hold a line break; lines of the data are kept.
std::string event_text(std::string_view id, std::string_view name, std::string_view data);

}  // namespace karmen::http
