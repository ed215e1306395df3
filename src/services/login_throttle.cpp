#include "services/login_throttle.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace karmen::services {

namespace {

constexpr std::chrono::milliseconds kDelayMax = std::chrono::seconds(5);

/// The separator cannot be part of an address.
std::string key_of(std::string_view username, std::string_view address) {
    return std::string(address) + '\n' + std::string(username);
}

}  // namespace

std::chrono::milliseconds LoginThrottle::begin(std::string_view username, std::string_view address) {
    const Timestamp now = clock_.now();
    forget_old_entries(now);
    make_room(now);
    Entry& entry = entries_[key_of(username, address)];
    std::erase_if(entry.failures, [&](Timestamp failure) { return failure + options_.window < now; });
    if (entry.blocked_until <= now && std::ssize(entry.failures) >= options_.failures_max)
        entry.blocked_until = now + options_.block;
    if (entry.blocked_until > now) {
        entry.failures.clear();
        const auto left = std::chrono::ceil<std::chrono::seconds>(entry.blocked_until - now);
        throw Error(ErrorCode::kTooManyRequests, PublicMessage{"Too many failed logins, try again later"})
            .with_retry_after(static_cast<int>(left.count()));
    }
    const auto over = std::ssize(entry.failures) - options_.failures_slow + 1;
    entry.failures.push_back(now);
    return std::clamp(std::chrono::milliseconds{500} * over, std::chrono::milliseconds{0}, kDelayMax);
}

void LoginThrottle::succeeded(std::string_view username, std::string_view address) {
    entries_.erase(key_of(username, address));
}

void LoginThrottle::not_tried(std::string_view username, std::string_view address) {
    const auto found = entries_.find(key_of(username, address));
    if (found != entries_.end() && !found->second.failures.empty()) found->second.failures.pop_back();
}

void LoginThrottle::make_room(Timestamp now) {
    if (entries_.size() < kEntriesMax) return;
    std::vector<std::pair<Timestamp, std::string>> by_age;
    for (const auto& [key, entry] : entries_)
        if (entry.blocked_until <= now)
            by_age.emplace_back(entry.failures.empty() ? Timestamp{} : entry.failures.back(), key);
    const auto middle = by_age.begin() + static_cast<std::ptrdiff_t>(by_age.size() / 2);
    std::ranges::nth_element(by_age, middle);
    for (auto oldest = by_age.begin(); oldest != middle; ++oldest) entries_.erase(oldest->second);
}

void LoginThrottle::forget_old_entries(Timestamp now) {
    if (now < swept_ + options_.window) return;
    swept_ = now;
    std::erase_if(entries_, [&](const auto& item) {
        const Entry& entry = item.second;
        const bool has_recent = !entry.failures.empty() && entry.failures.back() + options_.window >= now;
        return !has_recent && entry.blocked_until <= now;
    });
}

}  // namespace karmen::services
