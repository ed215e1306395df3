#include "services/memory_login_throttle.hpp"

#include <algorithm>

namespace karmen::services {

Awaitable<std::chrono::milliseconds> MemoryLoginThrottle::begin(std::string username, std::string address) {
    const Timestamp now = clock_.now();
    forget_old_entries(now);
    make_room(now);
    Entry& entry = entries_[login_key(username, address)];
    std::erase_if(entry.failures, [&](Timestamp failure) { return failure + options_.window < now; });
    if (entry.blocked_until <= now && std::ssize(entry.failures) >= options_.failures_max)
        entry.blocked_until = now + options_.block;
    if (entry.blocked_until > now) {
        entry.failures.clear();
        refuse_login(std::chrono::ceil<std::chrono::milliseconds>(entry.blocked_until - now));
    }
    const auto before = entry.failures.size();
    entry.failures.push_back(now);
    co_return login_delay(options_, before);
}

Awaitable<void> MemoryLoginThrottle::succeeded(std::string username, std::string address) {
    entries_.erase(login_key(username, address));
    co_return;
}

Awaitable<void> MemoryLoginThrottle::not_tried(std::string username, std::string address) {
    const auto found = entries_.find(login_key(username, address));
    if (found != entries_.end() && !found->second.failures.empty()) found->second.failures.pop_back();
    co_return;
}

void MemoryLoginThrottle::make_room(Timestamp now) {
    if (entries_.size() < kEntriesMax) return;
    std::vector<std::pair<Timestamp, std::string>> by_age;
    for (const auto& [key, entry] : entries_)
        if (entry.blocked_until <= now)
            by_age.emplace_back(entry.failures.empty() ? Timestamp{} : entry.failures.back(), key);
    const auto middle = by_age.begin() + static_cast<std::ptrdiff_t>(by_age.size() / 2);
    std::ranges::nth_element(by_age, middle);
    for (auto oldest = by_age.begin(); oldest != middle; ++oldest) entries_.erase(oldest->second);
}

void MemoryLoginThrottle::forget_old_entries(Timestamp now) {
    if (now < swept_ + options_.window) return;
    swept_ = now;
    std::erase_if(entries_, [&](const auto& item) {
        const Entry& entry = item.second;
        const bool has_recent = !entry.failures.empty() && entry.failures.back() + options_.window >= now;
        return !has_recent && entry.blocked_until <= now;
    });
}

}  // namespace karmen::services
