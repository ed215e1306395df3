#include "identity/audit_trail.hpp"

#include "base/error.hpp"
#include "runtime/sleep.hpp"

#include <utility>

namespace karmen::identity {

namespace {

constexpr const char* kSeveral = "(several)";

/// These refusals cost almost nothing, because no password was tried: a client can cause thousands of them in a second.
bool is_turned_away(const AuditEntry& entry) {
    return entry.result == to_word(ErrorCode::kTooManyRequests) || entry.result == to_word(ErrorCode::kOverloaded);
}

/// Refusals are of one kind if action, result, address, name and target are equal. NUL separates the parts: addresses
/// and words never contain it, and a name that does would only share its count with another.
std::string kind_of(const AuditEntry& entry) {
    std::string kind;
    for (const std::string& part :
         {entry.action, entry.result, entry.address.value_or(""), entry.username.value_or(""), entry.target})
        kind += part + '\0';
    return kind;
}

}  // namespace

AuditTrail::AuditTrail(Executor loop, Dependencies dependencies, AuditOptions options)
    : with_(dependencies), options_(options), loop_(loop), writes_(loop, dependencies.log, "audit") {}

/// The address precedes all fields that a stranger can choose, so that programs such as fail2ban find it.
void AuditTrail::log(const AuditEntry& entry) {
    const LogLevel level = entry.result == kAuditOk ? LogLevel::kInfo : LogLevel::kWarning;
    with_.log.write(level, kAuditEvent,
                    {{"action", entry.action},
                     {"result", entry.result},
                     {"address", entry.address.value_or("")},
                     {"user_uuid", entry.user ? entry.user->to_string() : ""},
                     {"username", entry.username.value_or("")},
                     {"target", entry.target}});
}

void AuditTrail::log_more(const AuditEntry& first, std::int64_t more) {
    with_.log.warning(
        kAuditEvent,
        {{"action", first.action}, {"result", first.result}, {"address", first.address.value_or("")}, {"more", more}});
}

void AuditTrail::begin(AuditEntry entry) {
    entry.time = with_.clock.now();
    if (!is_turned_away(entry)) log(entry);
    if (entry.result == kAuditOk || entry.result == kAuditBrokenOff)
        writes_.spawn(write(std::move(entry), nullptr));
    else
        count_refusal(std::move(entry));
}

Awaitable<void> AuditTrail::record(AuditEntry entry) {
    if (entry.result != kAuditOk) {
        begin(std::move(entry));
        co_return;
    }
    entry.time = with_.clock.now();
    log(entry);
    const auto written = std::make_shared<Event>(loop_);
    writes_.spawn(write(std::move(entry), written));
    co_await written->wait();
}

void AuditTrail::count_refusal(AuditEntry entry) {
    const Minute minute = std::chrono::floor<std::chrono::minutes>(entry.time);
    if (minute != minute_) end_minute();
    minute_ = minute;
    if (is_turned_away(entry) && !entry.user) entry.username.reset();
    auto found = refusals_.find(kind_of(entry));
    if (found == refusals_.end() && refusals_.size() >= options_.refusals_max) {
        entry.user.reset();
        entry.username.reset();
        entry.address = kSeveral;
        entry.target.clear();
        found = refusals_.find(kind_of(entry));
    }
    if (found != refusals_.end()) {
        ++found->second->uncounted;
        return;
    }
    if (is_turned_away(entry)) log(entry);
    const std::string kind = kind_of(entry);
    const auto refusal = std::make_shared<Refusal>(std::move(entry), Event(loop_));
    refusals_.emplace(kind, refusal);
    writes_.spawn(write_first(refusal));
}

void AuditTrail::end_minute() {
    for (const auto& [kind, refusal] : std::exchange(refusals_, {})) {
        if (refusal->uncounted == 0) continue;
        if (is_turned_away(refusal->first)) log_more(refusal->first, refusal->uncounted);
        writes_.spawn(add_count(refusal));
    }
}

Awaitable<std::optional<std::int64_t>> AuditTrail::insert(AuditEntry entry) {
    try {
        co_return co_await offload(with_.blocking, [&] { return with_.entries.insert(entry); });
    } catch (const Error& error) {
        with_.log.error("cannot write into the audit table",
                        {{"action", entry.action}, {"target", entry.target}, {"error", error.what()}});
    }
    co_return std::nullopt;
}

Awaitable<void> AuditTrail::write(AuditEntry entry, std::shared_ptr<Event> written) {
    co_await insert(std::move(entry));
    if (written) written->set();
}

Awaitable<void> AuditTrail::write_first(SharedRefusal refusal) {
    refusal->id = co_await insert(refusal->first);
    refusal->was_written.set();
}

/// If the first refusal could not be written, this becomes a row of its own.
Awaitable<void> AuditTrail::add_count(SharedRefusal refusal) {
    co_await refusal->was_written.wait();
    if (!refusal->id) {
        refusal->first.times = refusal->uncounted;
        co_await insert(refusal->first);
        co_return;
    }
    try {
        co_await offload(with_.blocking, [&] { with_.entries.add_times(*refusal->id, refusal->uncounted); });
    } catch (const Error& error) {
        with_.log.error("cannot write into the audit table",
                        {{"action", refusal->first.action}, {"error", error.what()}});
    }
}

Awaitable<void> AuditTrail::count_regularly(std::chrono::milliseconds interval) {
    for (;;) {
        co_await sleep_for(interval);
        if (std::chrono::floor<std::chrono::minutes>(with_.clock.now()) != minute_) end_minute();
    }
}

Awaitable<void> AuditTrail::clean() {
    const Timestamp oldest = with_.clock.now() - options_.retention;
    co_await offload(with_.blocking, [&] { with_.entries.clean(oldest, options_.rows_max); });
}

Awaitable<void> AuditTrail::stop() {
    end_minute();
    co_await writes_.join();
}

}  // namespace karmen::identity
