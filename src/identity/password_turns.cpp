#include "identity/password_turns.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace karmen::identity {

namespace {

/// About as long as a few turns take.
constexpr int kRetryAfterSeconds = 2;

/// In their order.
template <class T, class Predicate>
void move_to_end(std::list<T>& items, Predicate is_moved) {
    std::list<T> moved;
    for (auto item = items.begin(); item != items.end();) {
        const auto next = std::next(item);
        if (is_moved(*item)) moved.splice(moved.end(), items, item);
        item = next;
    }
    items.splice(items.end(), moved);
}

}  // namespace

void PasswordTurns::require_place(const std::string& network) const {
    const auto of_network = std::ranges::count(waiting_, network, &Entry::network);
    if (std::cmp_greater_equal(of_network, limits_.waiting_per_network_max))
        throw Error(ErrorCode::kTooManyRequests, PublicMessage{"Too many logins from this address, try again later"})
            .with_retry_after(kRetryAfterSeconds);
    if (waiting_.size() >= limits_.waiting_max)
        throw Error(ErrorCode::kOverloaded, PublicMessage{"Too many logins wait, try again later"})
            .with_retry_after(kRetryAfterSeconds);
}

PasswordTurns::Id PasswordTurns::enter(std::string network, std::string name) {
    require_place(network);
    waiting_.push_back({.id = ++last_, .network = std::move(network), .name = std::move(name)});
    return last_;
}

std::optional<PasswordTurns::Id> PasswordTurns::begin_next(Timestamp now) {
    if (running_.size() >= limits_.workers || waiting_.empty()) return std::nullopt;
    auto next =
        std::ranges::find(waiting_, Standing::kClean, [&](const Entry& entry) { return standing(entry.network, now); });
    const Standing found = next == waiting_.end() ? Standing::kFailed : Standing::kClean;
    if (found == Standing::kFailed) {
        if (!may_begin_failed()) return std::nullopt;
        next = waiting_.begin();
    }
    const Entry begun = std::move(*next);
    waiting_.erase(next);
    running_.emplace(begun.id, found);
    let_others_go_first(begun);
    return begun.id;
}

void PasswordTurns::leave(Id id) {
    running_.erase(id);
    std::erase_if(waiting_, [&](const Entry& entry) { return entry.id == id; });
}

void PasswordTurns::note_failure(const std::string& network, Timestamp now) {
    if (failed_until_.size() >= kFailedMax && !failed_until_.contains(network)) {
        std::erase_if(failed_until_, [&](const auto& failed) { return failed.second <= now; });
        if (failed_until_.size() >= kFailedMax)
            failed_until_.erase(
                std::ranges::min_element(failed_until_, {}, [](const auto& failed) { return failed.second; }));
    }
    failed_until_[network] = now + limits_.failure_memory;
}

PasswordTurns::Standing PasswordTurns::standing(const std::string& network, Timestamp now) const {
    const auto failed = failed_until_.find(network);
    return failed != failed_until_.end() && failed->second > now ? Standing::kFailed : Standing::kClean;
}

/// One worker is kept for those that have not failed, unless there is only one.
bool PasswordTurns::may_begin_failed() const {
    const auto places = std::max<std::size_t>(1, limits_.workers - 1);
    const auto taken = std::ranges::count(running_, Standing::kFailed, [](const auto& turn) { return turn.second; });
    return std::cmp_less(taken, places);
}

/// After a turn, the name goes behind the other names of its network, and the network behind the other networks. Apart
/// from that the order of arrival stays.
void PasswordTurns::let_others_go_first(const Entry& begun) {
    move_to_end(waiting_,
                [&](const Entry& entry) { return entry.network == begun.network && entry.name == begun.name; });
    move_to_end(waiting_, [&](const Entry& entry) { return entry.network == begun.network; });
}

}  // namespace karmen::identity
