#include "fleet/claims.hpp"

#include "runtime/sleep.hpp"
#include "runtime/timeout.hpp"

#include <vector>

namespace karmen::fleet {

namespace {

/// So that one renewal may fail.
constexpr int kRenewalsInLifetime = 3;

}  // namespace

Awaitable<std::optional<PrinterExchange::Claim>> Claims::claim(Uuid printer) {
    State& state = states_[printer];
    // Made before the question who asks: the answer of another process may come at any moment.
    state.heard = std::make_shared<Event>(loop_);
    state.has_learnt = false;
    // Perhaps it is, even if the answer does not come any more.
    state.is_claimed = true;
    const auto claim = co_await exchange_.claim(printer);
    if (!claim) states_[printer].is_claimed = false;
    co_return claim;
}

Awaitable<bool> Claims::hear(Uuid printer) {
    const auto heard = states_[printer].heard;
    // The holder of the claim may have died.
    if (heard) co_await finishes_within(lifetime_, heard->wait());
    co_return states_[printer].has_learnt;
}

Awaitable<void> Claims::renew(Uuid printer) {
    for (;;) {
        co_await sleep_for(lifetime_ / kRenewalsInLifetime);
        co_await exchange_.claim(printer);
    }
}

Awaitable<void> Claims::publish(Uuid printer, std::string host, PrinterExchange::Claim claim,
                                PrinterSnapshot snapshot) {
    co_await exchange_.publish(printer, std::move(host), claim, std::move(snapshot));
    states_[printer].is_claimed = false;
}

Awaitable<void> Claims::give_back(Uuid printer) {
    co_await exchange_.give_back(printer);
    states_.erase(printer);
}

Awaitable<void> Claims::give_all_back() {
    std::vector<Uuid> claimed;
    for (const auto& [printer, state] : states_)
        if (state.is_claimed) claimed.push_back(printer);
    for (const Uuid& printer : claimed) co_await give_back(printer);
}

void Claims::told(const Uuid& printer, Told what) {
    const auto found = states_.find(printer);
    if (found == states_.end()) return;
    if (what == Told::kSnapshot) found->second.has_learnt = true;
    if (found->second.heard) found->second.heard->set();
}

void Claims::forget(const Uuid& printer) {
    const auto found = states_.find(printer);
    if (found == states_.end()) return;
    if (found->second.heard) found->second.heard->set();
    // A claim of a question that is under way is given back at its end.
    if (!found->second.is_claimed) states_.erase(found);
}

}  // namespace karmen::fleet
