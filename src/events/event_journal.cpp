#include "events/event_journal.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace karmen::events {

MemoryEventJournal::MemoryEventJournal(Executor loop, EventHistoryOptions options, const Clock& clock)
    : history_(std::move(loop), options), clock_(clock) {
    // A follower that comes back from before this start is told that events were missed.
    history_.begin_anew({now_ms(), 0});
}

void MemoryEventJournal::publish(std::string name, std::string data, EventSubject subject) {
    // The order stays right even if the clock was set back.
    const EventId last = history_.newest();
    const std::uint64_t time = std::max(now_ms(), last.time_ms);
    const EventId id{.time_ms = time, .number = time == last.time_ms ? last.number + 1 : 0};
    history_.append({.id = id, .name = std::move(name), .data = std::move(data), .subject = std::move(subject)});
}

std::uint64_t MemoryEventJournal::now_ms() const {
    const auto since_1970 = clock_.now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count());
}

}  // namespace karmen::events
