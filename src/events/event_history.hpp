#pragma once

#include "runtime/awaitable.hpp"
#include "runtime/event.hpp"

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace karmen::events {

/// The place of an event in the order of all: `<milliseconds since 1970>-<number>`, as in Redis Streams.
struct EventId {
    std::uint64_t time_ms = 0;
    std::uint64_t number = 0;

    auto operator<=>(const EventId&) const = default;
    std::string to_string() const;
    /// None: it is no id.
    static std::optional<EventId> parse(std::string_view text);
};

/// What is told to those who follow. Immutable.
struct PublishedEvent {
    EventId id;
    std::string name;
    std::string data;  ///< JSON on one line
};
using PublishedEventPtr = std::shared_ptr<const PublishedEvent>;

/// The name of the event that says: from here on all events come, what was before must be read from the lists.
inline constexpr const char* kResetEvent = "reset";

struct EventHistoryOptions {
    std::size_t events_max = 1000;     ///< for those who come back
    std::size_t followers_max = 1000;  ///< at the same time
};

class EventHistory;

/// One who follows the events, until it is destroyed. Loop only; the history outlives it.
class EventFollower {
  public:
    EventFollower(EventHistory& history, std::optional<EventId> position);
    EventFollower(EventFollower&& other) noexcept;
    EventFollower& operator=(EventFollower&&) = delete;
    ~EventFollower();

    /// What has come since the last call, in its order; waits for it, and after `patience` is empty. When events were
    /// missed, as at the beginning, it is one kResetEvent. None: there will be no more.
    Awaitable<std::optional<std::vector<PublishedEventPtr>>> next(std::chrono::milliseconds patience);

  private:
    EventHistory* history_;
    std::optional<EventId> position_;  ///< of the last event that was given out; none: events were missed
};

/// The last events, in memory once however many follow them: a slow follower has a place in it and no queue of its own.
/// Loop only; owned by the composition root.
class EventHistory {
  public:
    EventHistory(Executor loop, EventHistoryOptions options);

    /// Its id is above newest().
    void append(PublishedEvent event);
    /// Events before `newest` may have been missed: all who follow are told.
    void begin_anew(EventId newest);
    EventId newest() const { return newest_; }

    /// Goes on after `last_id`, which a client that was here before knows. Throws Error(kOverloaded) when too many
    /// follow, or it was stopped.
    EventFollower follow(std::optional<std::string_view> last_id);
    std::size_t followers() const { return followers_; }

    /// Ends all followers and lets nobody begin.
    void stop();

  private:
    friend class EventFollower;
    bool has_all_after(EventId position) const { return begin_ <= position && position <= newest_; }
    bool has_news(const std::optional<EventId>& position) const;
    std::vector<PublishedEventPtr> take_news(std::optional<EventId>& position) const;

    EventHistoryOptions options_;
    Condition news_;
    std::deque<PublishedEventPtr> events_;
    EventId begin_;  ///< all events after it are here
    EventId newest_;
    std::size_t followers_ = 0;
    bool is_stopped_ = false;
};

}  // namespace karmen::events
