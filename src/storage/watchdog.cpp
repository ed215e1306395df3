#include "storage/watchdog.hpp"

#include <iterator>
#include <sys/socket.h>
#include <utility>

namespace karmen::storage {

Watchdog::Watch::Watch(Watch&& other) noexcept
    : watchdog_(std::exchange(other.watchdog_, nullptr)), entry_(other.entry_) {}

Watchdog::Watch::~Watch() {
    if (watchdog_ != nullptr) watchdog_->forget(entry_);
}

Watchdog::Watchdog(std::chrono::milliseconds limit) : limit_(limit), thread_([this] { run(); }) {}

Watchdog::~Watchdog() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

Watchdog::Watch Watchdog::watch(int socket, Purpose purpose) {
    const std::lock_guard lock(mutex_);
    const auto entry =
        entries_.insert(entries_.end(), {socket, purpose, std::chrono::steady_clock::now() + limit_, false});
    if (purpose == Purpose::kList && are_lists_ended_) end(entry);
    // Awake it looks at the list often enough: to wake it for every statement would cost more than the statement.
    if (is_sleeping_) changed_.notify_one();
    return {*this, entry};
}

void Watchdog::end_lists() {
    const std::lock_guard lock(mutex_);
    are_lists_ended_ = true;
    for (auto entry = entries_.begin(); entry != entries_.end();)
        entry = entry->purpose == Purpose::kList ? end(entry) : std::next(entry);
}

void Watchdog::forget(Entries::iterator entry) {
    const std::lock_guard lock(mutex_);
    (entry->is_ended ? ended_ : entries_).erase(entry);
}

void Watchdog::run() {
    std::unique_lock lock(mutex_);
    while (!is_stopping_) {
        if (entries_.empty()) {
            is_sleeping_ = true;
            changed_.wait(lock, [&] { return is_stopping_ || !entries_.empty(); });
            is_sleeping_ = false;
            continue;
        }
        const Time next = entries_.front().deadline;
        changed_.wait_until(lock, next, [&] { return is_stopping_; });
        end_overdue(std::chrono::steady_clock::now());
    }
}

void Watchdog::end_overdue(Time now) {
    while (!entries_.empty() && entries_.front().deadline <= now) end(entries_.begin());
}

/// Returns the one after it. Under the lock, so that no socket is ended after its watch.
Watchdog::Entries::iterator Watchdog::end(Entries::iterator entry) {
    ::shutdown(entry->socket, SHUT_RDWR);
    entry->is_ended = true;
    const auto next = std::next(entry);
    ended_.splice(ended_.end(), entries_, entry);
    return next;
}

}  // namespace karmen::storage
