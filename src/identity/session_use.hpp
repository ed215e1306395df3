#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/uuid.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/pool.hpp"
#include "storage/tables/session_repository.hpp"

#include <chrono>
#include <map>

namespace karmen::identity {

/// Collects when sessions were used, and writes that for all of them at once, so that a request needs no write of its
/// own. Times that were not written are lost if the process dies. Loop only.
class SessionUse {
  public:
    SessionUse(storage::SessionRepository& sessions, const Clock& clock, Pool& blocking, Log& log);

    void note(const Uuid& session);

    /// Writes the collected times. A failure is logged; the next call tries again.
    Awaitable<void> store();
    /// Calls store() every `interval`, until it is cancelled.
    Awaitable<void> store_regularly(std::chrono::milliseconds interval);

  private:
    storage::SessionRepository& sessions_;
    const Clock& clock_;
    Pool& blocking_;
    Log& log_;
    std::map<Uuid, Timestamp> noted_;
};

/// The precision of `last_used`.
inline constexpr std::chrono::minutes kSessionUseInterval{1};

}  // namespace karmen::identity
