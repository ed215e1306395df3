#include "services/print_job_tracker.hpp"

#include "base/error.hpp"
#include "fleet/printer_observer.hpp"
#include "runtime/sleep.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace karmen::services {

struct PrintJobTracker::Followed {
    PrintJob job;                ///< its progress and its print time are the last that were seen, not the stored ones
    Timestamp expected_start{};  ///< later than the job's if the print was paused
    std::optional<Timestamp> waits_since{};  ///< for what decides only if it lasts
    Timestamp progress_stored{};
    /// What the printer showed when it could not tell about an unknown job: it is asked again after a change.
    std::optional<std::pair<PrinterState, std::optional<PrinterFile>>> told_nothing{};
};

namespace {

using Kind = PrintVerdict::Kind;

PrintSighting sighting_of(const PrinterSnapshot& snapshot, Timestamp seen) {
    return {.seen = seen, .status = snapshot.status, .job = snapshot.job, .file = snapshot.file};
}

bool begins(PrintJobEvent event) {
    return event == PrintJobEvent::kPrints || event == PrintJobEvent::kPauses;
}

storage::PrintJobStep step_of(const PrintJob& job, const PrintSighting& sighting, const PrintVerdict& verdict) {
    storage::PrintJobStep step{.event = verdict.event, .at = sighting.seen, .reason = verdict.reason};
    if (job.state == PrintJobState::kStarting && begins(verdict.event))
        step.began = std::clamp(apparent_start(sighting).value_or(sighting.seen),
                                std::min(job.starting.value_or(job.started), sighting.seen), sighting.seen);
    // The printer's clock may be wrong, but it cannot have ended before it began, nor after it was seen.
    if (verdict.ended) step.at = std::clamp(*verdict.ended, std::min(job.started, sighting.seen), sighting.seen);
    if (verdict.event == PrintJobEvent::kFinishes)
        step.progress = 100;
    else
        step.progress = job.progress;
    return step;
}

}  // namespace

PrintJobTracker::PrintJobTracker(Executor loop, Dependencies dependencies, PrintJobTrackerOptions options)
    : with_(dependencies), options_(options), tasks_(std::move(loop), dependencies.log, "print job tracker") {}

Awaitable<void> PrintJobTracker::start() {
    co_await refresh();
    subscription_.emplace(
        with_.monitor.observations().subscribe([this](const events::PrinterSeen& seen) { on_seen(seen); }));
}

Awaitable<void> PrintJobTracker::stop() {
    subscription_.reset();
    tasks_.cancel();
    co_await tasks_.join();
}

// --- the open jobs ---

Awaitable<void> PrintJobTracker::refresh_regularly(std::chrono::milliseconds interval) {
    for (;;) {
        co_await sleep_for(interval);
        try {
            co_await refresh();
        } catch (const Error& error) {
            with_.log.warning("cannot read the print jobs that go on", {{"error", error.what()}});
        }
    }
}

Awaitable<void> PrintJobTracker::refresh() {
    co_await read_open();
    co_await lose_orphans();
}

Awaitable<void> PrintJobTracker::read_open() {
    std::vector<PrintJob> open;
    std::uint64_t asked_at = 0;
    do {
        // What this process begins or ends meanwhile makes the answer out of date.
        asked_at = changes_;
        open = co_await offload(with_.blocking, [this] { return with_.printjobs.open(); });
    } while (changes_ != asked_at);
    const auto known = std::exchange(jobs_, {});
    for (PrintJob& job : open) {
        const std::int64_t id = job.id;
        const auto printer = job.printer_id ? known.find(*job.printer_id) : known.end();
        const auto followed = printer == known.end() ? FollowedJobs::const_iterator() : printer->second.find(id);
        const Uuid printer_id = job.printer_id.value_or(Uuid{});
        if (printer != known.end() && followed != printer->second.end()) jobs_[printer_id].insert(*followed);
        keep(std::move(job));
    }
}

/// Jobs whose printer was removed.
Awaitable<void> PrintJobTracker::lose_orphans() {
    const auto orphans = co_await offload(with_.blocking, [this] { return with_.printjobs.open_without_printer(); });
    for (const PrintJob& job : orphans) {
        if (is_being_started(job.state) && co_await starter_of(job) == PrintEvidence::Starter::kMayLive) continue;
        const bool has_begun = next_state(job.state, PrintJobEvent::kIsLost).has_value();
        co_await advance(job.id, job.state,
                         {.event = has_begun ? PrintJobEvent::kIsLost : PrintJobEvent::kFails,
                          .at = with_.clock.now(),
                          .reason = "The printer was removed from Karmen"});
    }
}

void PrintJobTracker::keep(PrintJob job) {
    if (!job.printer_id) return;
    auto& followed = jobs_[*job.printer_id][job.id];
    if (!followed) {
        followed = std::make_shared<Followed>(Followed{.job = job, .expected_start = job.started});
        return;
    }
    // What was seen is newer than what is stored.
    job.progress = std::max(job.progress, followed->job.progress);
    job.print_time_s = std::max(job.print_time_s, followed->job.print_time_s);
    followed->expected_start = std::max(followed->expected_start, job.started);
    if (followed->job.state != job.state) followed->waits_since.reset();
    followed->job = std::move(job);
}

void PrintJobTracker::drop(const PrintJob& job) {
    const auto printer = job.printer_id ? jobs_.find(*job.printer_id) : jobs_.end();
    if (printer == jobs_.end()) return;
    printer->second.erase(job.id);
    if (printer->second.empty()) jobs_.erase(printer);
}

void PrintJobTracker::begin(PrintJob job) {
    ++changes_;
    with_.changes.on_change(events::PrintJobChanged{job});
    keep(std::move(job));
}

Awaitable<std::optional<PrintJob>> PrintJobTracker::advance(std::int64_t id, PrintJobState from,
                                                            storage::PrintJobStep step) {
    auto job = co_await offload(with_.blocking, [&] { return with_.printjobs.advance(id, from, step); });
    if (!job) co_return std::nullopt;
    ++changes_;
    with_.log.info(
        "print job",
        {{"print_job", id}, {"printer", job->printer_host}, {"state", to_string(job->state)}, {"reason", job->reason}});
    with_.changes.on_change(events::PrintJobChanged{*job});
    job->ended ? drop(*job) : keep(*job);
    co_return job;
}

std::optional<ShownPrint> PrintJobTracker::print_of(const Uuid& printer, const PrinterSnapshot& snapshot) const {
    if (!has_active_print(snapshot.status.state) || !snapshot.file) return std::nullopt;
    const auto found = jobs_.find(printer);
    if (found == jobs_.end()) return ShownPrint{};
    const PrintSighting sighting = sighting_of(snapshot, {});
    for (const auto& [id, followed] : found->second | std::views::reverse)
        if (shows_print_of(followed->job, sighting)) return ShownPrint{id};
    return ShownPrint{};
}

// --- what observations mean ---

void PrintJobTracker::on_seen(const events::PrinterSeen& seen) {
    if (!jobs_.contains(seen.printer.id) || !busy_.insert(seen.printer.id).second) return;
    tasks_.spawn(follow(seen.printer, sighting_of(seen.snapshot, with_.clock.now())));
}

Awaitable<void> PrintJobTracker::follow(Printer printer, PrintSighting sighting) {
    struct End {
        std::set<Uuid>& busy;
        const Uuid id;
        ~End() { busy.erase(id); }
    } const end{busy_, printer.id};
    const FollowedJobs jobs = jobs_[printer.id];
    try {
        for (const auto& [id, followed] : jobs) co_await follow_job(printer, followed, sighting);
    } catch (const Error& error) {
        with_.log.warning("cannot follow a print", {{"printer", printer.host}, {"error", error.what()}});
    }
}

Awaitable<void> PrintJobTracker::follow_job(Printer printer, std::shared_ptr<Followed> followed,
                                            PrintSighting sighting) {
    const auto shown = std::pair(sighting.status.state, sighting.file);
    if (followed->job.state == PrintJobState::kUnknown && followed->told_nothing == shown) co_return;
    co_await note_progress(followed, sighting);

    PrintEvidence evidence;
    evidence.starter = co_await starter_of(followed->job);
    evidence.has_lasted = followed->waits_since && sighting.seen - *followed->waits_since >= options_.settle_time;
    PrintJob job = followed->job;
    job.started = std::max(job.started, followed->expected_start);
    const PrintVerdict verdict = co_await decide(printer, job, sighting, evidence);

    if (verdict.kind == Kind::kWait && !followed->waits_since) {
        followed->waits_since = sighting.seen;
        with_.monitor.invalidate(printer.id);  // so that it is looked at often
    }
    if (verdict.kind == Kind::kNothing) {
        followed->waits_since.reset();
        if (job.state == PrintJobState::kUnknown) followed->told_nothing = shown;
        if (const auto start = apparent_start(sighting); start && shows_print_of(job, sighting))
            followed->expected_start = std::max(followed->expected_start, *start);
    }
    if (verdict.kind == Kind::kHappened) co_await carry_out(followed->job, sighting, verdict);
}

Awaitable<PrintVerdict> PrintJobTracker::decide(Printer printer, PrintJob job, PrintSighting sighting,
                                                PrintEvidence evidence) {
    PrintVerdict verdict = judge(job, sighting, evidence);
    if (verdict.kind != Kind::kAsk) co_return verdict;
    const auto record = co_await with_.client.file_record(fleet::address_of(printer), job.remote.path);
    evidence.question = record ? PrintEvidence::Question::kAnswered : PrintEvidence::Question::kNotAnswered;
    evidence.record = record.value_or(FileRecord{});
    co_return judge(job, sighting, evidence);
}

Awaitable<void> PrintJobTracker::carry_out(PrintJob job, PrintSighting sighting, PrintVerdict verdict) {
    co_await advance(job.id, job.state, step_of(job, sighting, verdict));
}

/// A starter holds the printer's lock from before the first byte until the row tells how it ended.
Awaitable<PrintEvidence::Starter> PrintJobTracker::starter_of(PrintJob job) {
    using enum PrintEvidence::Starter;
    if (!is_being_started(job.state) || !job.printer_id) co_return kMayLive;
    const auto lock = co_await with_.locks.try_lock(*job.printer_id);
    if (!lock) co_return kMayLive;
    // It may have ended its work between the reading of the row and the lock.
    const auto now = co_await offload(with_.blocking, [&] { return with_.printjobs.find(job.id); });
    if (now && now->state == job.state) co_return kIsGone;
    now && !now->ended ? keep(*now) : drop(job);
    co_return kMayLive;
}

Awaitable<void> PrintJobTracker::note_progress(std::shared_ptr<Followed> followed, PrintSighting sighting) {
    PrintJob& job = followed->job;
    const bool is_followed = job.state == PrintJobState::kPrinting || job.state == PrintJobState::kPaused;
    if (!is_followed || !sighting.job || !shows_print_of(job, sighting)) co_return;
    if (sighting.job->print_time_s) job.print_time_s = sighting.job->print_time_s;
    if (!sighting.job->completion) co_return;
    job.progress = sighting.job->completion;
    if (sighting.seen - followed->progress_stored < options_.progress_interval) co_return;
    followed->progress_stored = sighting.seen;
    co_await offload(with_.blocking,
                     [this, id = job.id, state = job.state, progress = *job.progress, print_time_s = job.print_time_s] {
                         with_.printjobs.note_progress(id, state, progress, print_time_s);
                     });
}

Awaitable<void> PrintJobTracker::settle(Printer printer, PrinterStatus status) {
    const auto open = co_await offload(with_.blocking, [&] { return with_.printjobs.open_of(printer.id); });
    if (open.empty()) co_return;
    const printers::JobReport report = (co_await with_.client.job(fleet::address_of(printer))).value;
    const PrintSighting sighting{.seen = with_.clock.now(), .status = status, .job = report.job, .file = report.file};
    for (const PrintJob& job : open) {
        // A print that was to begin may do so at any moment; one that began cannot go on behind an idle printer.
        const PrintEvidence evidence{.starter = PrintEvidence::Starter::kIsGone,
                                     .has_lasted = job.state != PrintJobState::kStarting};
        const PrintVerdict verdict = co_await decide(printer, job, sighting, evidence);
        if (verdict.kind == Kind::kWait)
            throw Error(
                ErrorCode::kPrinterNotOperational,
                PublicMessage{"The printer cannot start a print: it is not known yet whether the one before begins"});
        if (verdict.kind == Kind::kHappened) co_await carry_out(job, sighting, verdict);
    }
}

}  // namespace karmen::services
