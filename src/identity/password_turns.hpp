#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

namespace karmen::identity {

struct PasswordTurnLimits {
    std::size_t workers = 1;  ///< at least 1
    std::size_t waiting_max = 128;
    std::size_t waiting_per_network_max = 32;
    /// A network counts as failed for this time after a wrong password.
    std::chrono::milliseconds failure_memory{std::chrono::minutes(5)};
};

/// Decides which waiting log-in is next. Networks that have not failed lately go before those that have; if there are
/// several workers, one never works for failed networks. Otherwise networks take turns, and so do the names within a
/// network. A plain value without I/O, threads and clock; its memory is bounded.
class PasswordTurns {
  public:
    using Id = std::uint64_t;

    explicit PasswordTurns(PasswordTurnLimits limits) : limits_(limits) {}

    /// Throws Error: kTooManyRequests if too many log-ins of this network wait already, kOverloaded if too many wait in
    /// all.
    void require_place(const std::string& network) const;

    /// Throws as require_place.
    Id enter(std::string network, std::string name);

    /// Begins the next turn; nullopt if nobody waits, or no waiting log-in may have a worker now.
    std::optional<Id> begin_next(Timestamp now);

    /// Ends a turn, or gives it up before it began.
    void leave(Id id);

    /// A password of this network was wrong.
    void note_failure(const std::string& network, Timestamp now);

    std::size_t waiting() const { return waiting_.size(); }
    std::size_t running() const { return running_.size(); }

    /// Number of failed networks; above this, the one that failed first is dropped.
    static constexpr std::size_t kFailedMax = 10'000;

  private:
    struct Entry {
        Id id;
        std::string network;
        std::string name;
    };
    enum class Standing { kClean, kFailed };
    Standing standing(const std::string& network, Timestamp now) const;
    bool may_begin_failed() const;
    void let_others_go_first(const Entry& begun);

    PasswordTurnLimits limits_;
    Id last_ = 0;
    std::list<Entry> waiting_;  ///< in the order in which they are looked at
    std::map<Id, Standing> running_;
    std::unordered_map<std::string, Timestamp> failed_until_;
};

}  // namespace karmen::identity
