#include "identity/memory_login_throttle.hpp"

#include <algorithm>
#include <functional>
#include <optional>

namespace karmen::identity {

namespace {

std::size_t hash_of(const std::string& username) {
    return std::hash<std::string>()(username);
}

/// Removes the older half of `items`; items without a time stay.
template <class Items, class TimeOf>
void forget_older_half(Items& items, TimeOf time_of) {
    std::vector<std::pair<Timestamp, std::string>> by_age;
    for (const auto& [key, item] : items)
        if (const std::optional<Timestamp> time = time_of(item)) by_age.emplace_back(*time, key);
    const auto middle = by_age.begin() + static_cast<std::ptrdiff_t>(by_age.size() / 2);
    std::ranges::nth_element(by_age, middle);
    for (auto oldest = by_age.begin(); oldest != middle; ++oldest) items.erase(oldest->second);
}

}  // namespace

Awaitable<std::chrono::milliseconds> MemoryLoginThrottle::begin(std::string username, std::string network) {
    const Timestamp now = clock_.now();
    forget_old_entries(now);
    make_room(now);
    const std::string key = login_key(username, network);
    refuse_if_blocked(key, now);
    // Before anything is stored for the name, because strangers can send many names.
    Network& from = networks_[network];
    const auto wait = take_place(from, now);
    remember_name(from, username, now);
    std::vector<Timestamp>& failures = entries_[key].failures;
    failures.push_back(now);
    co_return std::max(wait, login_delay(options_, failures.size() - 1));
}

void MemoryLoginThrottle::refuse_if_blocked(const std::string& key, Timestamp now) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    Entry& entry = found->second;
    std::erase_if(entry.failures, [&](Timestamp failure) { return failure + options_.window < now; });
    if (entry.blocked_until <= now && std::ssize(entry.failures) >= options_.failures_max)
        entry.blocked_until = now + options_.block;
    if (entry.blocked_until <= now) return;
    entry.failures.clear();
    refuse_login(std::chrono::ceil<std::chrono::milliseconds>(entry.blocked_until - now));
}

/// How long until the attempt of a network from which too many names have failed; zero for others.
std::chrono::milliseconds MemoryLoginThrottle::take_place(Network& network, Timestamp now) const {
    std::erase_if(network.names, [&](const auto& name) { return name.first + options_.window < now; });
    if (std::ssize(network.names) < options_.names_slow) return {};
    const Timestamp attempt = std::max(network.next_attempt, now);
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(attempt - now);
    if (wait > kLoginDelayMax) refuse_login(wait);
    network.next_attempt = attempt + options_.names_interval;
    return wait;
}

void MemoryLoginThrottle::remember_name(Network& network, const std::string& username, Timestamp now) const {
    const std::size_t hash = hash_of(username);
    std::erase_if(network.names, [&](const auto& name) { return name.second == hash; });
    network.names.emplace_back(now, hash);
    if (std::ssize(network.names) > options_.names_slow) network.names.erase(network.names.begin());
}

void MemoryLoginThrottle::forget_name(const std::string& username, const std::string& network) {
    const auto found = networks_.find(network);
    if (found == networks_.end()) return;
    std::erase_if(found->second.names, [&](const auto& name) { return name.second == hash_of(username); });
    if (found->second.names.empty()) networks_.erase(found);
}

Awaitable<void> MemoryLoginThrottle::succeeded(std::string username, std::string network) {
    entries_.erase(login_key(username, network));
    forget_name(username, network);
    co_return;
}

Awaitable<void> MemoryLoginThrottle::not_tried(std::string username, std::string network) {
    const auto found = entries_.find(login_key(username, network));
    if (found == entries_.end() || found->second.failures.empty()) co_return;
    found->second.failures.pop_back();
    if (found->second.failures.empty()) forget_name(username, network);
}

void MemoryLoginThrottle::make_room(Timestamp now) {
    if (entries_.size() >= kEntriesMax)
        forget_older_half(entries_, [&](const Entry& entry) -> std::optional<Timestamp> {
            if (entry.blocked_until > now) return std::nullopt;
            return entry.failures.empty() ? Timestamp{} : entry.failures.back();
        });
    if (networks_.size() >= kNetworksMax)
        forget_older_half(networks_, [](const Network& network) -> std::optional<Timestamp> {
            return network.names.empty() ? Timestamp{} : network.names.back().first;
        });
}

void MemoryLoginThrottle::forget_old_entries(Timestamp now) {
    if (now < swept_ + options_.window) return;
    swept_ = now;
    std::erase_if(entries_, [&](const auto& item) {
        const Entry& entry = item.second;
        const bool has_recent = !entry.failures.empty() && entry.failures.back() + options_.window >= now;
        return !has_recent && entry.blocked_until <= now;
    });
    std::erase_if(networks_, [&](const auto& item) {
        const auto& names = item.second.names;
        return names.empty() || names.back().first + options_.window < now;
    });
}

}  // namespace karmen::identity
