#pragma once

#include "runtime/awaitable.hpp"
#include "runtime/event.hpp"

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
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

/// What an event says of older ones.
struct EventSubject {
    enum class Kind {
        kFact,   ///< nothing: who missed it has missed something
        kState,  ///< the whole state of one thing, so that older states of it are worth nothing
        kEnd,    ///< a fact: that thing is gone, and so is its state
    };
    Kind kind = Kind::kFact;
    std::string id = {};  ///< of the thing; empty for a fact
    bool operator==(const EventSubject&) const = default;
};

/// An event as followers get it. Immutable.
struct PublishedEvent {
    EventId id;
    std::string name;
    std::string data;  ///< JSON on one line
    EventSubject subject = {};
};
using PublishedEventPtr = std::shared_ptr<const PublishedEvent>;

/// The name of the event that means: all events come from here on, earlier changes must be read from the lists.
inline constexpr const char* kResetEvent = "reset";

struct EventHistoryOptions {
    std::size_t events_max = 1000;     ///< facts that are kept for followers that come back
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

/// The last facts, and the newest state of each thing: so who comes back late gets each state once, however often it
/// has changed. They are in memory once for all followers: a follower only has a position, and no queue of its own.
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
    void remove_state(const std::string& thing);
    void append_fact(PublishedEventPtr event);

    EventHistoryOptions options_;
    Condition news_;
    std::deque<PublishedEventPtr> facts_;
    std::map<EventId, PublishedEventPtr> states_;        ///< one for each thing
    std::unordered_map<std::string, EventId> state_of_;  ///< by the id of the thing
    EventId begin_;                                      ///< all facts after it are here, and all states
    EventId newest_;
    std::size_t followers_ = 0;
    bool is_stopped_ = false;
};

}  // namespace karmen::events
