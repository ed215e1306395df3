#include "identity/session_use.hpp"

#include "base/error.hpp"
#include "runtime/sleep.hpp"

#include <utility>
#include <vector>

namespace karmen::identity {

SessionUse::SessionUse(storage::SessionRepository& sessions, const Clock& clock, Pool& blocking, Log& log)
    : sessions_(sessions), clock_(clock), blocking_(blocking), log_(log) {}

void SessionUse::note(const Uuid& session) {
    noted_[session] = clock_.now();
}

Awaitable<void> SessionUse::store() {
    if (noted_.empty()) co_return;
    auto noted = std::exchange(noted_, {});
    std::vector<storage::SessionRepository::Use> uses;
    uses.reserve(noted.size());
    for (const auto& [session, at] : noted) uses.push_back({session, at});
    try {
        co_await offload(blocking_, [&] { sessions_.mark_used(uses); });
        co_return;
    } catch (const Error& error) {
        log_.warning("cannot write down when sessions were used", {{"error", error.what()}});
    }
    // What was noted meanwhile is newer.
    noted_.merge(noted);
}

Awaitable<void> SessionUse::store_regularly(std::chrono::milliseconds interval) {
    while (true) {
        co_await sleep_for(interval);
        co_await store();
    }
}

}  // namespace karmen::identity
