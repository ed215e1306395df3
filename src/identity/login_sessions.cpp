#include "identity/login_sessions.hpp"

#include "base/error.hpp"

namespace karmen::identity {

LoginSessions::LoginSessions(storage::SessionRepository& sessions, const Clock& clock, Pool& blocking)
    : sessions_(sessions), clock_(clock), blocking_(blocking) {}

Awaitable<std::vector<LoginSession>> LoginSessions::list(Uuid user) {
    co_return co_await offload(blocking_, [&] { return sessions_.list(user, clock_.now()); });
}

Awaitable<void> LoginSessions::end(Uuid user, Uuid session) {
    if (!co_await offload(blocking_, [&] { return sessions_.end(user, session); }))
        throw Error(ErrorCode::kSessionNotFound, PublicMessage{"There is no such session"});
}

Awaitable<void> LoginSessions::end_all(Uuid user) {
    co_await offload(blocking_, [&] { sessions_.end_all(user); });
}

Awaitable<std::int64_t> LoginSessions::remove_expired() {
    co_return co_await offload(blocking_, [&] { return sessions_.remove_expired(clock_.now()); });
}

}  // namespace karmen::identity
