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
    Entry& entry = entries_[key_of(username, address)];
    while (!entry.failures.empty() && entry.failures.front() + options_.window < now) entry.failures.pop_front();
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
