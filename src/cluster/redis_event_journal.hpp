#pragma once

#include "base/log.hpp"
#include "events/event_journal.hpp"
#include "redis/client.hpp"
#include "runtime/task_group.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace karmen::cluster {

struct EventJournalOptions {
    std::string key_prefix = "karmen:";
    events::EventHistoryOptions history;
    /// A blocking read ends after this time, and the next one begins.
    std::chrono::milliseconds read_time{5'000};
    /// After events were lost, followers are told after this time; the attempt is repeated at this interval.
    std::chrono::milliseconds loss_retry{1'000};
};

/// The events of all processes in one Redis Stream. Each process that answers requests reads the end of it, so an id
/// means the same in all of them. The facts are also in a stream of their own, and the newest states in a hash: a
/// process that starts, or has stood still, reads there what the short stream no longer has. Events that Redis does not
/// accept are lost; followers get `reset` as soon as Redis is back. Owned by the composition root; loop only.
class RedisEventJournal final : public events::EventJournal {
  public:
    /// `client` and `log` outlive it.
    RedisEventJournal(Executor loop, redis::Client& client, EventJournalOptions options, Log& log);

    /// For a process that has followers: from now on the history has the events of all processes.
    void start();
    Awaitable<void> stop();

    void publish(std::string name, std::string data, events::EventSubject subject = {}) override;
    events::EventHistory& history() override { return history_; }
    /// Whether events that are published now will be in the history.
    bool is_reading() const { return is_reading_; }

  private:
    Awaitable<void> add(std::string name, std::string data, events::EventSubject subject);
    Awaitable<void> try_add(std::string name, std::string data, events::EventSubject subject);
    Awaitable<void> tell_of_loss();
    Awaitable<void> read_on();
    Awaitable<void> catch_up(redis::Connection& connection);
    Awaitable<void> read(redis::Connection& connection);
    Awaitable<bool> is_after_gap(redis::Connection& connection);

    redis::Client& client_;
    EventJournalOptions options_;
    std::string key_;        ///< the stream of all events, which is short
    redis::Arguments keys_;  ///< it, the facts, and the newest state of each thing
    Log& log_;
    events::EventHistory history_;
    bool has_lost_ = false;  ///< and the followers have not been told yet
    bool is_telling_ = false;
    bool is_reading_ = false;
    TaskGroup tasks_;
};

}  // namespace karmen::cluster
