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

/// Remembers when sessions were used, and writes it down for all of them at once: a request costs no write of its own.
/// What was not written when the process dies is forgotten. Loop only.
class SessionUse {
  public:
    SessionUse(storage::SessionRepository& sessions, const Clock& clock, Pool& blocking, Log& log);

    void note(const Uuid& session);

    /// Writes down what was noted. A failure is logged; the next call tries again.
    Awaitable<void> store();
    /// Every `interval`, until it is cancelled.
    Awaitable<void> store_regularly(std::chrono::milliseconds interval);

  private:
    storage::SessionRepository& sessions_;
    const Clock& clock_;
    Pool& blocking_;
    Log& log_;
    std::map<Uuid, Timestamp> noted_;
};

/// `last_used` is that exact.
inline constexpr std::chrono::minutes kSessionUseInterval{1};

}  // namespace karmen::identity
