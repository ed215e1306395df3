#pragma once

#include "base/clock.hpp"
#include "events/event_history.hpp"

#include <string>

namespace karmen::events {

/// Publishes events to the followers of all processes. Loop only.
class EventJournal {
  public:
    virtual ~EventJournal() = default;
    /// `data` is JSON on one line. Does not throw: if events are lost, followers are told.
    virtual void publish(std::string name, std::string data, EventSubject subject = {}) = 0;
    virtual EventHistory& history() = 0;
};

/// For a process that is the whole installation.
class MemoryEventJournal final : public EventJournal {
  public:
    MemoryEventJournal(Executor loop, EventHistoryOptions options, const Clock& clock);

    void publish(std::string name, std::string data, EventSubject subject = {}) override;
    EventHistory& history() override { return history_; }

  private:
    std::uint64_t now_ms() const;

    EventHistory history_;
    const Clock& clock_;
};

}  // namespace karmen::events
