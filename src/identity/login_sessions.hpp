#pragma once

#include "base/clock.hpp"
#include "domain/login_session.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/pool.hpp"
#include "storage/tables/session_repository.hpp"

#include <chrono>
#include <vector>

namespace karmen::identity {

/// The log-ins of users that have not ended, to look at and to end. Loop only.
class LoginSessions {
  public:
    LoginSessions(storage::SessionRepository& sessions, const Clock& clock, Pool& blocking);

    /// The one used last first.
    Awaitable<std::vector<LoginSession>> list(Uuid user);

    /// Throws Error(kSessionNotFound): it has ended before, or is somebody else's.
    Awaitable<void> end(Uuid user, Uuid session);
    Awaitable<void> end_all(Uuid user);

    /// Removes those of which the last token has expired; how many.
    Awaitable<std::int64_t> remove_expired();

  private:
    storage::SessionRepository& sessions_;
    const Clock& clock_;
    Pool& blocking_;
};

}  // namespace karmen::identity
