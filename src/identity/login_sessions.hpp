#pragma once

#include "base/clock.hpp"
#include "domain/login_session.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/pool.hpp"
#include "storage/tables/session_repository.hpp"

#include <chrono>
#include <vector>

namespace karmen::identity {

/// Lists and ends the sessions of users. Loop only.
class LoginSessions {
  public:
    LoginSessions(storage::SessionRepository& sessions, const Clock& clock, Pool& blocking);

    /// The session that was used last comes first.
    Awaitable<std::vector<LoginSession>> list(Uuid user);

    /// Throws Error(kSessionNotFound) if it has ended already, or belongs to another user.
    Awaitable<void> end(Uuid user, Uuid session);
    Awaitable<void> end_all(Uuid user);

    /// Removes sessions whose last token has expired, and returns how many.
    Awaitable<std::int64_t> remove_expired();

  private:
    storage::SessionRepository& sessions_;
    const Clock& clock_;
    Pool& blocking_;
};

}  // namespace karmen::identity
