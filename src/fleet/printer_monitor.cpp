#include "fleet/printer_monitor.hpp"

#include "base/clock.hpp"
#include "base/error.hpp"
#include "fleet/check_pause.hpp"
#include "fleet/printer_observer.hpp"
#include "runtime/sleep.hpp"
#include "runtime/timeout.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string_view>
#include <utility>

namespace karmen::fleet {

namespace asio = boost::asio;

/// One printer that is looked after. Shared with its coroutines, which may outlast its removal by a step.
struct PrinterMonitor::Watch {
    Watch(Executor loop, Printer printer_in) : printer(std::move(printer_in)), timer(loop) {}

    Printer printer;
    PrinterSnapshot snapshot;
    Clock::time_point taken{};  ///< of status and job; the epoch: never
    Clock::time_point webcam_taken{};
    std::shared_ptr<Event> running;    ///< set when the check that is under way has ended
    std::shared_ptr<Event> heard;      ///< set when another process has told what it saw, or that it tells nothing
    bool has_learnt = false;           ///< it told what it saw
    asio::steady_timer timer;          ///< cancelled to check at once
    int failures = 0;                  ///< of regular checks in a row
    Clock::time_point settle_until{};  ///< after a command; the epoch: it has settled
    PrinterState state_at_command = PrinterState::kNotResponding;
    bool is_answering = false;
    std::uint64_t changes = 0;  ///< counts what made answers worthless that were under way
    bool is_claimed = false;    ///< by this process
    bool is_forgotten = false;
    std::optional<events::PrinterSeen> told;  ///< what those who follow know, as far as this process has told them
};

namespace {

/// Reached in the same way with the same key.
bool is_same_address(const Printer& a, const Printer& b) {
    return a.protocol == b.protocol && a.tls_fingerprint == b.tls_fingerprint && a.client.api_key == b.client.api_key;
}

/// What people decide about a printer. The rest of a row is what this class has learnt and stored itself.
bool has_same_setup(const Printer& a, const Printer& b) {
    return a.name == b.name && a.hostname == b.hostname && is_same_address(a, b);
}

Awaitable<void> wait_for_all(std::vector<std::shared_ptr<Event>> events) {
    for (const auto& event : events) co_await event->wait();
}

}  // namespace

PrinterMonitor::PrinterMonitor(Executor loop, Dependencies dependencies, PrinterMonitorOptions options)
    : loop_(loop), with_(dependencies), options_(options), tasks_(loop, dependencies.log, "printer monitor") {}

PrinterMonitor::~PrinterMonitor() = default;

void PrinterMonitor::watch(const Printer& printer) {
    const auto found = watches_.find(printer.host);
    if (found != watches_.end()) {
        found->second->printer = printer;
        ask_anew(*found->second);
        return;
    }
    const auto watch = std::make_shared<Watch>(loop_, printer);
    watches_.emplace(printer.host, watch);
    if (options_.checks == PrinterChecks::kRegular) tasks_.spawn(check_regularly(watch));
}

void PrinterMonitor::watch_if_changed(const Printer& printer) {
    const auto found = watches_.find(printer.host);
    if (found == watches_.end() || !has_same_setup(found->second->printer, printer)) watch(printer);
}

void PrinterMonitor::forget(const std::string& host) {
    const auto found = watches_.find(host);
    if (found == watches_.end()) return;
    found->second->is_forgotten = true;
    found->second->timer.cancel();
    if (found->second->heard) found->second->heard->set();
    watches_.erase(found);
}

std::vector<Printer> PrinterMonitor::watch_exactly(const std::vector<Printer>& printers,
                                                   const std::function<bool(const std::string& host)>& is_picked) {
    std::set<std::string_view> picked;
    for (const Printer& printer : printers) {
        if (!is_picked(printer.host)) continue;
        picked.insert(printer.host);
        watch_if_changed(printer);
    }
    std::vector<std::string> gone;
    std::vector<Printer> told;
    for (const auto& [host, watched] : watches_) {
        if (picked.contains(host)) continue;
        gone.push_back(host);
        if (watched->told) told.push_back(watched->printer);
    }
    for (const std::string& host : gone) forget(host);
    return told;
}

void PrinterMonitor::invalidate(const std::string& host) {
    outdate(host);
    with_.exchange.invalidate(host);
}

void PrinterMonitor::outdate(const std::string& host) {
    const auto found = watches_.find(host);
    if (found == watches_.end()) return;
    Watch& watch = *found->second;
    watch.settle_until = Clock::now() + options_.settle_time;
    watch.state_at_command = watch.snapshot.status.state;
    ask_anew(watch);
}

void PrinterMonitor::ask_anew(Watch& watch) {
    ++watch.changes;
    watch.taken = {};
    watch.webcam_taken = {};
    watch.timer.cancel();
}

void PrinterMonitor::note_access(const Printer& printer, std::optional<AccessLevel> level) {
    if (!level) return;
    if (!watches_.contains(printer.host)) watch(printer);
    const auto found = watches_.find(printer.host);
    Watch& watch = *found->second;
    if (watch.printer.client.access_level == *level) return;
    const Printer asked = watch.printer;
    watch.printer.client.access_level = *level;
    // An answer that is under way was asked for with what was known before.
    ask_anew(watch);
    tasks_.spawn(store_access(found->second, asked));
}

Awaitable<void> PrinterMonitor::store_access(WatchPtr watch, Printer asked) {
    co_await store_changes(watch, std::move(asked), watch->printer.client);
    // The other processes read the row anew.
    with_.exchange.forget(watch->printer.host);
}

Awaitable<void> PrinterMonitor::stop() {
    tasks_.cancel();
    co_await tasks_.join();
    co_await end_claims();
}

/// Other processes need not wait until the claim of a cancelled check expires.
Awaitable<void> PrinterMonitor::end_claims() {
    for (const auto& [host, watch] : std::exchange(watches_, {}))
        if (watch->is_claimed) co_await with_.exchange.publish(host, PrinterExchange::kNothingSeen, {});
}

Awaitable<void> PrinterMonitor::check_regularly(WatchPtr watch) {
    bool is_due = true;
    while (!watch->is_forgotten) {
        co_await begin_check(watch)->wait();
        if (watch->is_forgotten) break;
        // Only checks that were due count: frequent page views or commands do not make the next one come later.
        if (watch->is_answering)
            watch->failures = 0;
        else if (is_due)
            ++watch->failures;
        watch->timer.expires_after(next_pause(*watch));
        const auto [was_cancelled] = co_await watch->timer.async_wait(asio::as_tuple(asio::use_awaitable));
        is_due = !was_cancelled;
    }
}

std::shared_ptr<Event> PrinterMonitor::begin_check(const WatchPtr& watch) {
    if (watch->running) return watch->running;
    const auto running = std::make_shared<Event>(loop_);
    watch->running = running;
    tasks_.spawn(check(watch));  // which may have ended when this returns
    return running;
}

Awaitable<void> PrinterMonitor::check(WatchPtr watch) {
    // The waiters must be woken, also if the check is cancelled or fails.
    struct End {
        Watch& watch;
        ~End() { std::exchange(watch.running, nullptr)->set(); }
    } const end{*watch};

    // A change or a command meanwhile makes the result useless, and waiters may have come after it.
    std::uint64_t asked_at = 0;
    do {
        asked_at = watch->changes;
        co_await ask_or_learn(watch);
    } while (watch->changes != asked_at && !watch->is_forgotten);
}

Awaitable<void> PrinterMonitor::ask_or_learn(WatchPtr watch) {
    while (!watch->is_forgotten) {
        // Made before the question who asks: the answer of another process may come at any moment.
        const auto heard = watch->heard = std::make_shared<Event>(loop_);
        watch->has_learnt = false;
        // Perhaps it is, even if the answer does not come any more.
        watch->is_claimed = true;
        if (const auto claim = co_await with_.exchange.claim(watch->printer.host)) {
            co_await ask(watch, *claim);
            co_return;
        }
        watch->is_claimed = false;
        // The holder of the claim may have died.
        co_await finishes_within(options_.claim_lifetime, wait_for_all({heard}));
        if (watch->has_learnt) co_return;
    }
}

Awaitable<void> PrinterMonitor::ask(WatchPtr watch, PrinterExchange::Claim claim) {
    const Printer asked = watch->printer;
    const std::uint64_t asked_at = watch->changes;
    const bool has_webcam =
        watch->webcam_taken != Clock::time_point{} && Clock::now() - watch->webcam_taken <= options_.webcam_age_max;
    const Observation seen = co_await observe_claimed(asked, has_webcam ? WebcamQuestion::kSkip : WebcamQuestion::kAsk);
    if (watch->is_forgotten) {
        // The worker that checks it now must not wait until this claim expires.
        co_await with_.exchange.publish(asked.host, PrinterExchange::kNothingSeen, {});
        co_return;
    }
    if (watch->changes != asked_at) co_return;
    take(*watch, seen);
    // Before the others learn it: they take for told what they learn.
    tell(*watch, seen.client);
    co_await with_.exchange.publish(asked.host, claim, watch->snapshot);
    watch->is_claimed = false;
    if (seen.client != asked.client) co_await store_changes(watch, asked, seen.client);
}

Awaitable<Observation> PrinterMonitor::observe_claimed(Printer printer, WebcamQuestion webcam) {
    const std::string host = printer.host;
    auto [order, error, seen, claim_error] =
        co_await asio::experimental::make_parallel_group(
            asio::co_spawn(loop_, observe(with_.client, std::move(printer), webcam), asio::deferred),
            asio::co_spawn(loop_, keep_claim(host), asio::deferred))
            .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    if (error) std::rethrow_exception(error);
    co_return std::move(seen);
}

/// Until it is cancelled.
Awaitable<void> PrinterMonitor::keep_claim(std::string host) {
    for (;;) {
        co_await sleep_for(options_.claim_lifetime / 3);
        co_await with_.exchange.claim(host);
    }
}

void PrinterMonitor::tell(Watch& watch, const PrinterClient& seen) {
    events::PrinterSeen now{watch.printer, watch.snapshot};
    now.printer.client = seen;
    observations_.publish(now);
    if (watch.told == now) return;
    with_.changes.on_change(now);
    watch.told = std::move(now);
}

void PrinterMonitor::take(Watch& watch, const Observation& seen) {
    const PrinterStatus before = std::exchange(watch.snapshot.status, seen.status);
    const bool is_first = !watch.snapshot.since;
    if (is_first || status_code(before.state) != status_code(seen.status.state)) {
        watch.snapshot.since = SystemClock().now();
        // A printer that works when it is first seen is not logged.
        log_change(watch, is_first ? seen.status : before);
    }
    watch.snapshot.job = seen.job;
    watch.taken = Clock::now();
    if (!seen.client.connected) {
        // What it showed before is over, and it is asked as soon as it is back.
        watch.snapshot.webcam = PrinterSnapshot{}.webcam;
        watch.webcam_taken = {};
    } else if (seen.webcam) {
        watch.snapshot.webcam = *seen.webcam;
        watch.webcam_taken = watch.taken;
    }
    watch.is_answering = seen.client.connected;
}

/// Normal changes of state are not logged; the beginning and the end of problems are.
void PrinterMonitor::log_change(const Watch& watch, const PrinterStatus& before) {
    const auto is_trouble = [](PrinterState state) { return !is_responding(state) || needs_connect(state); };
    const PrinterStatus& now = watch.snapshot.status;
    if (is_trouble(now.state) || is_trouble(before.state))
        with_.log.info("printer state", {{"printer", watch.printer.host},
                                         {"code", status_code(now.state)},
                                         {"state", now.text},
                                         {"reason", now.reason}});
}

void PrinterMonitor::learn(const std::string& host, PrinterSnapshot snapshot) {
    const auto found = watches_.find(host);
    if (found == watches_.end()) return;
    Watch& watch = *found->second;
    watch.is_answering = is_responding(snapshot.status.state);
    watch.snapshot = std::move(snapshot);
    watch.taken = Clock::now();
    // Who saw it has told it: going back to what this process has told last is a change.
    if (watch.told) watch.told->snapshot = watch.snapshot;
    // The webcam is asked for when this process asks next.
    watch.webcam_taken = {};
    watch.has_learnt = true;
    if (watch.heard) watch.heard->set();
}

void PrinterMonitor::hear_of_no_answer(const std::string& host) {
    const auto found = watches_.find(host);
    if (found != watches_.end() && found->second->heard) found->second->heard->set();
}

Awaitable<void> PrinterMonitor::store_changes(WatchPtr watch, Printer asked, PrinterClient seen) {
    if (asked.client.connected != seen.connected)
        with_.log.info(seen.connected ? "printer is connected" : "printer is not connected", {{"printer", asked.host}});
    try {
        // Somebody may enter another key at this moment; results with the old key do not apply to it.
        co_await offload(with_.blocking, [&] {
            with_.printers.modify(asked.host, [&](Printer& printer) {
                if (is_same_address(printer, asked)) printer.client = seen;
            });
        });
        if (is_same_address(watch->printer, asked)) watch->printer.client = std::move(seen);
    } catch (const Error& error) {
        // It is tried again after the next check, which will see the same difference.
        with_.log.warning("cannot store what a printer said", {{"printer", asked.host}, {"error", error.what()}});
    }
}

PrinterSnapshot PrinterMonitor::with_age(const Watch& watch) const {
    PrinterSnapshot snapshot = watch.snapshot;
    if (watch.taken != Clock::time_point{})
        snapshot.age = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - watch.taken);
    return snapshot;
}

PrinterSnapshot PrinterMonitor::late(const Watch& watch) const {
    // Why it does not answer is known from the last time.
    if (watch.snapshot.since && !is_responding(watch.snapshot.status.state)) return watch.snapshot;
    return {.status = not_responding(PrinterState::kTimeout, "It did not answer in time")};
}

bool PrinterMonitor::is_recent(const Watch& watch) const {
    return watch.taken != Clock::time_point{} && Clock::now() - watch.taken < options_.status_age_max;
}

/// A state that passes by itself has not settled, nor one in which the command found it. A printer that does not answer
/// has nothing to settle.
bool PrinterMonitor::is_settling(const Watch& watch) const {
    const PrinterState state = watch.snapshot.status.state;
    return watch.is_answering && Clock::now() < watch.settle_until &&
           (is_passing(state) || state == watch.state_at_command);
}

std::chrono::milliseconds PrinterMonitor::next_pause(const Watch& watch) {
    const auto usual = pause_after(options_, watch.snapshot.status.state, watch.failures);
    const auto pause = is_settling(watch) ? std::min(usual, options_.settle_interval) : usual;
    // Up to a fifth less, so that printers that were found at the same time do not stay in step.
    std::uniform_real_distribution<double> jitter(0.8, 1.0);
    return std::chrono::duration_cast<std::chrono::milliseconds>(pause * jitter(random_));
}

Awaitable<PrinterSnapshot> PrinterMonitor::snapshot(std::string host) {
    co_return (co_await snapshots(std::vector<std::string>{std::move(host)})).front();
}

Awaitable<std::vector<PrinterSnapshot>> PrinterMonitor::snapshots(std::vector<std::string> hosts) {
    /// None running: the snapshot was recent when it was asked for, and counts whatever happens until the deadline.
    struct Wanted {
        WatchPtr watch;
        std::shared_ptr<Event> running;
    };
    std::vector<Wanted> wanted;
    std::vector<std::shared_ptr<Event>> running;
    for (const std::string& host : hosts) {
        const auto found = watches_.find(host);
        Wanted one{.watch = found == watches_.end() ? nullptr : found->second, .running = nullptr};
        if (one.watch && !is_recent(*one.watch)) running.push_back(one.running = begin_check(one.watch));
        wanted.push_back(std::move(one));
    }
    if (!running.empty()) co_await finishes_within(options_.deadline, wait_for_all(std::move(running)));
    std::vector<PrinterSnapshot> result;
    for (const Wanted& one : wanted) {
        const bool is_known = one.watch && (!one.running || one.running->is_set() || is_recent(*one.watch));
        result.push_back(!one.watch ? PrinterSnapshot{} : is_known ? with_age(*one.watch) : late(*one.watch));
    }
    co_return result;
}

}  // namespace karmen::fleet
