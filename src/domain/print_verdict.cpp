#include "domain/print_verdict.hpp"

#include <utility>

namespace karmen {

namespace {

using Kind = PrintVerdict::Kind;
using Question = PrintEvidence::Question;

/// Print times are whole seconds, and what a printer says at a moment is seen a moment later.
constexpr std::chrono::seconds kSlack{5};

PrintVerdict happened(PrintJobEvent event, std::string reason = {}) {
    return {.kind = Kind::kHappened, .event = event, .reason = std::move(reason)};
}

bool shows_file_of(const PrintJob& job, const PrinterFile& file) {
    const bool is_same_size = !file.size_bytes || *file.size_bytes == job.gcode.size_bytes;
    return !job.remote.path.empty() && file.path == job.remote.path && is_same_size;
}

/// The end of a print of the job's file since the job began: that is the job's, because its print was the first.
const FileRecord::Print* print_since(const PrintJob& job, const FileRecord& record) {
    if (!record.is_there || !record.last_print) return nullptr;
    const FileRecord::Print& last = *record.last_print;
    if (job.remote.printed_before) return last.ended > *job.remote.printed_before ? &last : nullptr;
    if (job.remote.came_before) return &last;
    // What was there before is not known. A job that has begun has brought the file that is there now.
    return job.state != PrintJobState::kStarting && last.ended >= record.came ? &last : nullptr;
}

/// Somebody cancelled it through Karmen.
bool is_cancel_asked(const PrintJob& job) {
    return job.state != PrintJobState::kUnknown && !job.reason.empty();
}

/// A printer that stopped with an error has lost its connection, and the selection with it. After a cancel the file is
/// still selected.
PrintVerdict verdict_on_end(const PrintJob& job, const PrintSighting& sighting, const FileRecord::Print& print) {
    PrintVerdict verdict = happened(PrintJobEvent::kFinishes);
    const bool is_selected = sighting.file && shows_file_of(job, *sighting.file);
    const bool is_cancel = is_selected && sighting.status.state == PrinterState::kOperational;
    if (!print.is_success && (is_cancel || is_cancel_asked(job))) {
        verdict = happened(PrintJobEvent::kIsCancelled, "It was cancelled at the printer");
    } else if (!print.is_success) {
        const bool has_error = needs_connect(sighting.status.state) || sighting.status.state == PrinterState::kError;
        verdict = happened(PrintJobEvent::kFails,
                           has_error ? describe(sighting.status) : "The printer ended the print before its end");
    }
    verdict.ended = print.ended;
    return verdict;
}

/// REQUIRES: the record was asked for, and tells of no end.
PrintVerdict verdict_on_unbegun(const PrintJob& job, const PrintEvidence& evidence) {
    if (evidence.question != Question::kAnswered || !job.remote.came_before)
        return happened(PrintJobEvent::kIsLost,
                        "Karmen stopped while the print began, and the printer does not tell "
                        "whether it did");
    const bool has_come = evidence.record.is_there && evidence.record.came > *job.remote.came_before;
    return happened(PrintJobEvent::kFails, has_come ? "The printer has the file but did not start to print it"
                                                    : "Karmen stopped before the printer had the file");
}

/// The printer does not show the job's print.
PrintVerdict verdict_on_absence(const PrintJob& job, const PrintSighting& sighting, const PrintEvidence& evidence) {
    if (evidence.question == Question::kNotAsked) return {.kind = Kind::kAsk};
    if (evidence.question == Question::kAnswered)
        if (const auto* print = print_since(job, evidence.record)) return verdict_on_end(job, sighting, *print);
    if (job.state == PrintJobState::kUnknown) return {};
    if (!evidence.has_lasted) return {.kind = Kind::kWait};
    if (job.state == PrintJobState::kStarting) return verdict_on_unbegun(job, evidence);
    // A server without records.
    const bool is_printed = sighting.file && shows_file_of(job, *sighting.file) && sighting.file->is_printed;
    if (is_printed && sighting.status.state == PrinterState::kOperational) return happened(PrintJobEvent::kFinishes);
    if (needs_connect(sighting.status.state) || sighting.status.state == PrinterState::kError)
        return happened(PrintJobEvent::kFails, describe(sighting.status));
    return happened(PrintJobEvent::kIsLost, "The printer does not print it any more, and does not remember its end");
}

PrintVerdict verdict_on_presence(const PrintJob& job, PrinterState state) {
    const bool is_followed = job.state == PrintJobState::kPrinting || job.state == PrintJobState::kPaused;
    if (state == PrinterState::kPaused)
        return job.state == PrintJobState::kPaused ? PrintVerdict{} : happened(PrintJobEvent::kPauses);
    // Pausing, resuming, cancelling and ending take a moment; what comes after them is told.
    if (is_followed && state != PrinterState::kPrinting) return {};
    return job.state == PrintJobState::kPrinting ? PrintVerdict{} : happened(PrintJobEvent::kPrints);
}

/// Whether the print that the printer shows may be a later one of the same file: it seems to have begun after the
/// job's. So does the job's own after a pause.
bool may_be_later_print(const PrintJob& job, const PrintSighting& sighting) {
    if (job.state == PrintJobState::kStarting || job.state == PrintJobState::kUnknown) return true;
    if (sighting.status.state != PrinterState::kPrinting) return false;  // its print time stands still
    const auto start = apparent_start(sighting);
    return start && *start > job.started + kSlack;
}

/// Whether it began before the job did. Only asked where nobody has followed the print since then: a wall clock may be
/// set.
bool is_earlier_print(const PrintJob& job, const PrintSighting& sighting) {
    if (job.state != PrintJobState::kStarting && job.state != PrintJobState::kUnknown) return false;
    const auto start = apparent_start(sighting);
    return start && *start < job.starting.value_or(job.started) - kSlack;
}

PrintVerdict verdict_on_print(const PrintJob& job, const PrintSighting& sighting, const PrintEvidence& evidence) {
    if (!sighting.file) return {};  // it prints, but did not say what
    if (!shows_print_of(job, sighting) || is_earlier_print(job, sighting))
        return verdict_on_absence(job, sighting, evidence);
    if (may_be_later_print(job, sighting)) {
        if (evidence.question == Question::kNotAsked) return {.kind = Kind::kAsk};
        if (evidence.question == Question::kAnswered)
            if (const auto* print = print_since(job, evidence.record)) return verdict_on_end(job, sighting, *print);
    }
    return verdict_on_presence(job, sighting.status.state);
}

}  // namespace

std::optional<Timestamp> apparent_start(const PrintSighting& sighting) {
    if (!sighting.job || !sighting.job->print_time_s) return std::nullopt;
    return sighting.seen - std::chrono::seconds(*sighting.job->print_time_s);
}

bool shows_print_of(const PrintJob& job, const PrintSighting& sighting) {
    if (job.state == PrintJobState::kQueued || job.state == PrintJobState::kSending)
        return false;  // it cannot have begun
    if (!has_active_print(sighting.status.state) || !sighting.file || !shows_file_of(job, *sighting.file)) return false;
    const auto shown = sighting.job ? sighting.job->print_time_s : std::nullopt;
    return !shown || !job.print_time_s ||
           std::chrono::seconds(*shown) + kSlack >= std::chrono::seconds(*job.print_time_s);
}

const PrintJob* find_print(std::span<const PrintJob> open, const PrintSighting& sighting) {
    const PrintJob* latest = nullptr;
    for (const PrintJob& job : open) {
        if (shows_print_of(job, sighting) && (!latest || job.id > latest->id)) latest = &job;
    }
    return latest;
}

PrintVerdict judge(const PrintJob& job, const PrintSighting& sighting, const PrintEvidence& evidence) {
    const bool is_starter_gone = evidence.starter == PrintEvidence::Starter::kIsGone;
    if (is_being_started(job.state) && !is_starter_gone) return {};
    if (job.state == PrintJobState::kQueued || job.state == PrintJobState::kSending)
        return happened(PrintJobEvent::kFails, "Karmen stopped while it sent the file");
    if (!is_responding(sighting.status.state)) {
        if (job.state != PrintJobState::kStarting) return {};
        if (!evidence.has_lasted) return {.kind = Kind::kWait};
        return happened(PrintJobEvent::kIsLost,
                        "Karmen stopped while the print began, and the printer does not answer");
    }
    return has_active_print(sighting.status.state) ? verdict_on_print(job, sighting, evidence)
                                                   : verdict_on_absence(job, sighting, evidence);
}

}  // namespace karmen
