#include "fleet/printer_monitor.hpp"

#include "base/error.hpp"
#include "fleet/check_pause.hpp"
#include "fleet/printer_observer.hpp"
#include "runtime/timeout.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

namespace karmen::fleet {

namespace asio = boost::asio;

/// One printer that is looked after. Shared with its coroutines, which may outlast its removal by a step.
struct PrinterMonitor::Watch {
    Watch(Executor loop, Printer printer_in) : printer(std::move(printer_in)), timer(loop) {}

    Printer printer;
    std::shared_ptr<Event> running;          ///< set when the check that is under way has ended
    Turns::Turn* turn = nullptr;             ///< of the check that is under way, while it has one
    bool is_urgent = false;                  ///< a caller waits for the check that is under way
    std::optional<Clock::time_point> asked;  ///< when the question began that is not answered yet
    Clock::time_point wanted{};              ///< when other processes were last told to ask it
    asio::steady_timer timer;                ///< cancelled to check at once
    int failures = 0;                        ///< of regular checks in a row
    Clock::time_point settle_until{};        ///< after a command; the epoch: it has settled
    PrinterState state_at_command = PrinterState::kNotResponding;
    std::uint64_t changes = 0;  ///< counts what made answers worthless that were under way
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

Awaitable<void> wait_for(std::shared_ptr<Event> event) {
    co_await event->wait();
}

}  // namespace

PrinterMonitor::PrinterMonitor(Executor loop, Dependencies dependencies, PrinterMonitorOptions options)
    : loop_(loop),
      with_(dependencies),
      options_(options),
      store_({.status = options.status_age_max, .webcam = options.webcam_age_max}),
      claims_(loop, dependencies.exchange, options.claim_lifetime),
      turns_(loop, options.checks_max),
      tasks_(loop, dependencies.log, "printer monitor") {}

PrinterMonitor::~PrinterMonitor() = default;

void PrinterMonitor::watch(const Printer& printer) {
    const auto found = watches_.find(printer.id);
    if (found != watches_.end()) {
        found->second->printer = printer;
        ask_anew(*found->second);
        return;
    }
    const auto watch = std::make_shared<Watch>(loop_, printer);
    watches_.emplace(printer.id, watch);
    store_.add(printer.id);
    if (options_.checks == PrinterChecks::kRegular) tasks_.spawn(check_regularly(watch));
}

void PrinterMonitor::watch_if_changed(const Printer& printer) {
    const auto found = watches_.find(printer.id);
    if (found == watches_.end() || !has_same_setup(found->second->printer, printer)) watch(printer);
}

void PrinterMonitor::forget(const Uuid& printer) {
    const auto found = watches_.find(printer);
    if (found == watches_.end()) return;
    found->second->is_forgotten = true;
    found->second->timer.cancel();
    watches_.erase(found);
    store_.remove(printer);
    claims_.forget(printer);
}

std::vector<Printer> PrinterMonitor::watch_exactly(const std::vector<Printer>& printers,
                                                   const std::function<bool(const std::string& host)>& is_picked) {
    std::set<Uuid> picked;
    std::vector<Uuid> added;
    for (const Printer& printer : printers) {
        if (!is_picked(printer.host)) continue;
        picked.insert(printer.id);
        if (!watches_.contains(printer.id)) added.push_back(printer.id);
        watch_if_changed(printer);
    }
    if (!added.empty()) with_.exchange.recall(std::move(added));
    std::vector<Uuid> gone;
    std::vector<Printer> told;
    for (const auto& [id, watched] : watches_) {
        if (picked.contains(id)) continue;
        gone.push_back(id);
        if (watched->told) told.push_back(watched->printer);
    }
    for (const Uuid& id : gone) forget(id);
    return told;
}

void PrinterMonitor::invalidate(const Uuid& printer) {
    outdate(printer);
    with_.exchange.invalidate(printer);
}

void PrinterMonitor::outdate(const Uuid& printer) {
    const auto found = watches_.find(printer);
    if (found == watches_.end()) return;
    Watch& watch = *found->second;
    watch.settle_until = Clock::now() + options_.settle_time;
    watch.state_at_command = store_.last(printer).status.state;
    ask_anew(watch);
}

void PrinterMonitor::ask_anew(Watch& watch) {
    ++watch.changes;
    store_.outdate(watch.printer.id);
    watch.timer.cancel();
}

void PrinterMonitor::note_access(const Printer& printer, std::optional<AccessLevel> level) {
    if (!level) return;
    if (!watches_.contains(printer.id)) watch(printer);
    const auto found = watches_.find(printer.id);
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
    with_.exchange.forget(watch->printer.id);
}

Awaitable<void> PrinterMonitor::stop() {
    tasks_.cancel();
    co_await tasks_.join();
    watches_.clear();
    co_await claims_.give_all_back();
}

Awaitable<void> PrinterMonitor::check_regularly(WatchPtr watch) {
    bool is_due = true;
    while (!watch->is_forgotten) {
        co_await begin_check(watch)->wait();
        if (watch->is_forgotten) break;
        // Only checks that were due count: frequent page views or commands do not make the next one come later.
        if (store_.is_answering(watch->printer.id))
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
        ~End() {
            watch.asked.reset();
            watch.is_urgent = false;
            std::exchange(watch.running, nullptr)->set();
        }
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
        if (co_await ask_if_claimed(watch)) co_return;
        // While another process asks, others may have this one's turn.
        if (co_await claims_.hear(watch->printer.id)) co_return;
    }
}

/// False if another process is asking.
Awaitable<bool> PrinterMonitor::ask_if_claimed(WatchPtr watch) {
    Turns::Turn turn(turns_, expected_of(*watch));
    struct Noted {
        Noted(Watch& watch_in, Turns::Turn& turn_in) : watch(watch_in) { watch.turn = &turn_in; }
        ~Noted() { watch.turn = nullptr; }
        Watch& watch;
    } const noted(*watch, turn);
    if (watch->is_urgent) turn.hurry();
    co_await turn.wait();
    if (watch->is_forgotten) co_return true;
    const auto claim = co_await claims_.claim(watch->printer.id);
    if (claim) co_await ask(watch, *claim);
    co_return claim.has_value();
}

/// As it answered last time, also before this process was started.
Turns::Expected PrinterMonitor::expected_of(const Watch& watch) const {
    const bool is_asked = store_.last(watch.printer.id).since.has_value();
    const bool answers = is_asked ? store_.is_answering(watch.printer.id) : watch.printer.client.connected;
    return answers ? Turns::Expected::kAnswer : Turns::Expected::kSilence;
}

Awaitable<void> PrinterMonitor::ask(WatchPtr watch, PrinterExchange::Claim claim) {
    const Printer asked = watch->printer;
    if (watch->is_forgotten) co_return co_await claims_.give_back(asked.id);
    const std::uint64_t asked_at = watch->changes;
    const auto webcam = store_.is_webcam_recent(asked.id) ? WebcamQuestion::kSkip : WebcamQuestion::kAsk;
    watch->asked = Clock::now();
    const Observation seen = co_await claims_.renewed_during(asked.id, observe(with_.client, asked, webcam));
    watch->asked.reset();
    // The worker that checks it now must not wait until this claim expires.
    if (watch->is_forgotten) co_return co_await claims_.give_back(asked.id);
    if (watch->changes != asked_at) co_return;
    log_change(*watch, store_.take(asked.id, seen));
    // Before the others learn it: they take for told what they learn.
    tell(*watch, seen.client);
    co_await claims_.publish(asked.id, asked.host, claim, store_.last(asked.id));
    if (seen.client != asked.client) co_await store_changes(watch, asked, seen.client);
}

void PrinterMonitor::tell(Watch& watch, const PrinterClient& seen) {
    events::PrinterSeen now{watch.printer, store_.last(watch.printer.id)};
    now.printer.client = seen;
    observations_.publish(now);
    if (watch.told == now) return;
    with_.changes.on_change(now);
    watch.told = std::move(now);
}

/// Normal changes of state are not logged; the beginning and the end of problems are, and a printer that does not work
/// when it is first seen.
void PrinterMonitor::log_change(const Watch& watch, const std::optional<PrinterStatus>& before) {
    const auto is_trouble = [](PrinterState state) { return !is_responding(state) || needs_connect(state); };
    const PrinterStatus& now = store_.last(watch.printer.id).status;
    if (before && status_code(before->state) == status_code(now.state)) return;
    if (is_trouble(now.state) || (before && is_trouble(before->state)))
        with_.log.info("printer state", {{"printer", watch.printer.host},
                                         {"code", status_code(now.state)},
                                         {"state", now.text},
                                         {"reason", now.reason}});
}

void PrinterMonitor::learn(const Uuid& printer, PrinterSnapshot snapshot,
                           std::optional<std::chrono::milliseconds> age) {
    const auto found = watches_.find(printer);
    if (found == watches_.end() || !store_.learn(printer, std::move(snapshot), age) || age) return;
    // Who saw it has told it: going back to what this process has told last is a change.
    if (auto& told = found->second->told) told->snapshot = store_.last(printer);
    claims_.told(printer, Claims::Told::kSnapshot);
}

void PrinterMonitor::hear_of_no_answer(const Uuid& printer) {
    claims_.told(printer, Claims::Told::kNothing);
}

void PrinterMonitor::hear_wanted(const std::vector<Uuid>& printers) {
    if (options_.checks != PrinterChecks::kRegular) return;
    std::vector<Uuid> stale;
    for (const Uuid& printer : printers)
        if (watches_.contains(printer) && !store_.is_recent(printer)) stale.push_back(printer);
    tasks_.spawn(begin_checks(std::move(stale)));
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

/// A state that passes by itself has not settled, nor one in which the command found it. A printer that does not answer
/// has nothing to settle.
bool PrinterMonitor::is_settling(const Watch& watch) const {
    const PrinterState state = store_.last(watch.printer.id).status.state;
    return store_.is_answering(watch.printer.id) && Clock::now() < watch.settle_until &&
           (is_passing(state) || state == watch.state_at_command);
}

std::chrono::milliseconds PrinterMonitor::next_pause(const Watch& watch) {
    const auto usual = pause_after(options_, store_.last(watch.printer.id).status.state, watch.failures);
    const auto pause = is_settling(watch) ? std::min(usual, options_.settle_interval) : usual;
    // Up to a fifth less, so that printers that were found at the same time do not stay in step.
    std::uniform_real_distribution<double> jitter(0.8, 1.0);
    return std::chrono::duration_cast<std::chrono::milliseconds>(pause * jitter(random_));
}

std::vector<KnownSnapshot> PrinterMonitor::known(const std::vector<Uuid>& printers) {
    std::vector<KnownSnapshot> result;
    result.reserve(printers.size());
    std::vector<WatchPtr> stale;
    for (const Uuid& printer : printers) {
        const auto found = watches_.find(printer);
        const bool is_late = found != watches_.end() && is_overdue(*found->second);
        result.push_back(is_late ? store_.late(printer) : store_.snapshot(printer));
        if (found != watches_.end() && !found->second->running && !store_.is_recent(printer))
            stale.push_back(found->second);
    }
    make_due(stale);
    return result;
}

/// Asked, and silent for longer than anybody waits for an answer.
bool PrinterMonitor::is_overdue(const Watch& watch) const {
    return watch.asked && Clock::now() - *watch.asked > options_.deadline;
}

void PrinterMonitor::make_due(const std::vector<WatchPtr>& stale) {
    std::vector<Uuid> due;
    const auto now = Clock::now();
    for (const WatchPtr& watch : stale) {
        // Once in a while is enough: the answer is on its way.
        if (watch->wanted != Clock::time_point{} && now - watch->wanted < options_.status_age_max) continue;
        watch->wanted = now;
        due.push_back(watch->printer.id);
    }
    if (due.empty()) return;
    const bool is_own_work = options_.checks == PrinterChecks::kRegular;
    tasks_.spawn(is_own_work ? begin_checks(std::move(due)) : want(std::move(due)));
}

/// Tells those who check the printers, all printers in one message.
Awaitable<void> PrinterMonitor::want(std::vector<Uuid> printers) {
    if (!co_await with_.exchange.want(printers)) co_await begin_checks(std::move(printers));
}

Awaitable<void> PrinterMonitor::begin_checks(std::vector<Uuid> printers) {
    // Not before the caller is through: it does not wait for this.
    co_await asio::post(loop_, asio::use_awaitable);
    for (const Uuid& printer : printers)
        if (const auto found = watches_.find(printer); found != watches_.end()) begin_check(found->second);
}

Awaitable<PrinterSnapshot> PrinterMonitor::snapshot(Uuid printer) {
    const auto found = watches_.find(printer);
    if (found == watches_.end() || store_.is_recent(printer)) co_return store_.snapshot(printer).with_age();
    const WatchPtr watch = found->second;
    watch->is_urgent = true;
    if (watch->turn) watch->turn->hurry();
    const bool has_ended = co_await finishes_within(options_.deadline, wait_for(begin_check(watch)));
    const bool is_known = has_ended || store_.is_recent(printer);
    co_return (is_known ? store_.snapshot(printer) : store_.late(printer)).with_age();
}

}  // namespace karmen::fleet
