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
    /// nullopt if it is not an id.
    static std::optional<EventId> parse(std::string_view text);
};

/// An event as followers get it. Immutable.
struct PublishedEvent {
    EventId id;
    std::string name;
    std::string data;  ///< JSON on one line
};
using PublishedEventPtr = std::shared_ptr<const PublishedEvent>;

/// The name of the event that means: all events come from here on, earlier changes must be read from the lists.
inline constexpr const char* kResetEvent = "reset";

struct EventHistoryOptions {
    std::size_t events_max = 1000;     ///< that are kept for followers that come back
    std::size_t followers_max = 1000;  ///< at the same time
};

class EventHistory;

/// Follows the events until it is destroyed. Loop only; the history outlives it.
class EventFollower {
  public:
    EventFollower(EventHistory& history, std::optional<EventId> position);
    EventFollower(EventFollower&& other) noexcept;
    EventFollower& operator=(EventFollower&&) = delete;
    ~EventFollower();

    /// Waits for events and returns those since the last call, in order; empty if none came within `patience`. If
    /// events were missed, and in the first call of a new follower, it is one kResetEvent. nullopt if no more events
    /// will come.
    Awaitable<std::optional<std::vector<PublishedEventPtr>>> next(std::chrono::milliseconds patience);

  private:
    EventHistory* history_;
    std::optional<EventId> position_;  ///< of the last event that was returned; nullopt if events were missed
};

/// The last events, once in memory for all followers: a follower only has a position in it, and no queue of its own.
/// Loop only; owned by the composition root.
class EventHistory {
  public:
    EventHistory(Executor loop, EventHistoryOptions options);

    /// REQUIRES: its id is higher than newest().
    void append(PublishedEvent event);
    /// Events before `newest` may have been missed: all followers get kResetEvent.
    void begin_anew(EventId newest);
    EventId newest() const { return newest_; }

    /// Begins after `last_id`, the last event that a returning client has seen. Throws Error(kOverloaded) if there are
    /// too many followers, or it was stopped.
    EventFollower follow(std::optional<std::string_view> last_id);
    std::size_t followers() const { return followers_; }

    /// Ends all followers and refuses new ones.
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
