#include "services/printjobs.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "domain/gcode_format.hpp"
#include "fleet/printer_observer.hpp"
#include "printers/dialects.hpp"
#include "runtime/event.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <utility>

namespace karmen::services {

/// A print that is being started: shared by the caller, which may leave, and the task that does it.
struct PrintJobs::Start {
    Start(Executor loop, Principal who_in, std::int64_t gcode_id_in, std::string host_in)
        : who(std::move(who_in)), gcode_id(gcode_id_in), host(std::move(host_in)), done(loop) {}

    Principal who;
    std::int64_t gcode_id;
    std::string host;
    Event done;
    std::optional<PrintJob> job;
    std::exception_ptr error;
};

/// Writes down the steps of a start before they are done. Lives while the printer's lock is held.
class PrintJobs::Journal final : public printers::PrintSteps {
  public:
    Journal(PrintJobs& owner, PrintJob job) : owner_(owner), job_(std::move(job)) {}

    const PrintJob& job() const { return job_; }
    /// At least a byte may have been sent.
    bool has_begun() const { return job_.id != 0; }

    Awaitable<void> on_sending(std::string path, std::optional<FileRecord> before) override {
        job_.state = PrintJobState::kSending;
        job_.started = job_.sending.emplace(owner_.with_.clock.now());
        job_.remote.path = std::move(path);
        if (before) job_.remote.came_before = before->came;
        if (before && before->last_print) job_.remote.printed_before = before->last_print->ended;
        job_.id = co_await offload(owner_.with_.blocking, [this] { return owner_.with_.printjobs.insert(job_); });
        owner_.with_.tracker.begin(job_);
    }

    Awaitable<void> on_starting() override {
        if (!co_await advance({.event = PrintJobEvent::kLastByteIsDue}))
            throw Error(ErrorCode::kPrinterFailed, PublicMessage{"The print was given up while its file was sent"});
    }

    /// False if the job is not in the state any more that this start has left it in.
    Awaitable<bool> advance(storage::PrintJobStep step) {
        step.at = owner_.with_.clock.now();
        const auto next = co_await owner_.with_.tracker.advance(job_.id, job_.state, std::move(step));
        if (next) job_ = *next;
        co_return next.has_value();
    }

  private:
    PrintJobs& owner_;
    PrintJob job_;
};

namespace {

Error not_operational(const std::string& reason) {
    return {ErrorCode::kPrinterNotOperational, PublicMessage{"The printer cannot start a print: " + reason}};
}

Error print_job_not_found() {
    return {ErrorCode::kPrintJobNotFound, PublicMessage{"There is no such print job"}};
}

void require_started(const printers::PrintOutcome& outcome) {
    using Result = printers::PrintOutcome::Result;
    if (outcome.result == Result::kStarted) return;
    if (outcome.result == Result::kBusy) throw not_operational(outcome.reason);
    // An unknown outcome must not be reported as a failure, because the printer may print.
    const std::string_view what =
        outcome.result == Result::kUnknown ? "The g-code was sent to the printer. " : "Cannot print the g-code: ";
    throw Error(ErrorCode::kPrinterFailed, PublicMessage{std::string(what) + outcome.reason});
}

void require_printable(const Gcode& gcode, const Printer& printer) {
    if (const auto obstacle = print_obstacle(printer.client.name, stored_format(gcode.filename)))
        throw Error(ErrorCode::kGcodeNotPrintable, PublicMessage{"The printer cannot print this file: " + *obstacle});
}

/// Users see the printer's text, so text and flags must agree; if they do not, the reason names both.
void require_operational(const PrinterStatus& status) {
    const bool has_text = starts_with_ignoring_case(status.text, "operational");
    if (status.state == PrinterState::kOperational && has_text) return;
    if (status.state == PrinterState::kOperational)
        throw not_operational("its flags say that it is operational, its state is " + status.text);
    if (has_text) throw not_operational("its state is " + status.text + ", its flags say that it is not");
    throw not_operational(describe(status));
}

/// A print that was started elsewhere, as a print job of nobody yet.
PrintJob foreign_job(const Printer& printer, const PrintSighting& sighting, const std::optional<FileRecord>& record) {
    const PrinterFile& file = *sighting.file;
    const std::string name(file.path.substr(file.path.rfind('/') + 1));
    PrintJob job{.printer_host = printer.host,
                 .printer_id = printer.id,
                 .started = apparent_start(sighting).value_or(sighting.seen),
                 .gcode = {.id = 0, .filename = name, .size_bytes = file.size_bytes.value_or(0), .available = false},
                 .printer = {.host = printer.host, .name = printer.name, .client = printer.client.name},
                 .user = std::nullopt,
                 .username = std::nullopt};
    job.state = sighting.status.state == PrinterState::kPaused ? PrintJobState::kPaused : PrintJobState::kPrinting;
    job.remote.path = file.path;
    if (record) job.remote.came_before = record->came;
    if (record && record->last_print) job.remote.printed_before = record->last_print->ended;
    return job;
}

}  // namespace

PrintJobs::PrintJobs(Executor loop, Dependencies dependencies)
    : with_(dependencies), loop_(loop), tasks_(loop, dependencies.log, "print start") {}

Awaitable<PrintJob> PrintJobs::start(Principal who, std::int64_t gcode_id, std::string host) {
    const auto start = std::make_shared<Start>(loop_, std::move(who), gcode_id, std::move(host));
    tasks_.spawn(run(start));
    co_await start->done.wait();
    if (start->error) std::rethrow_exception(start->error);
    co_return *start->job;
}

Awaitable<void> PrintJobs::run(std::shared_ptr<Start> start) {
    try {
        start->job = co_await print(start);
    } catch (const boost::system::system_error&) {
        start->error =
            std::make_exception_ptr(Error(ErrorCode::kOverloaded, PublicMessage{"The server is shutting down"}));
    } catch (...) {
        start->error = std::current_exception();
    }
    start->done.set();
}

Awaitable<PrintJob> PrintJobs::print(std::shared_ptr<Start> start) {
    const Printer printer = co_await with_.printers.require(start->host);
    Gcodes::Content content = co_await with_.gcodes.open(start->gcode_id);
    require_printable(content.gcode, printer);
    const auto lock = co_await with_.locks.try_lock(printer.id);
    if (!lock) throw not_operational("another file is being sent to it");
    if (const std::string_view hint = printers::unspoken_hint(printer.client); !hint.empty())
        throw not_operational(std::string(hint));
    const PrinterStatus status = (co_await with_.client.status(fleet::address_of(printer))).value;
    require_operational(status);
    co_await with_.tracker.settle(printer, status);

    Journal journal(*this, {.gcode_id = content.gcode.id,
                            .printer_host = printer.host,
                            .printer_id = printer.id,
                            .gcode = {.id = content.gcode.id,
                                      .filename = content.gcode.filename,
                                      .size_bytes = content.gcode.size_bytes,
                                      .available = true},
                            .printer = {.host = printer.host, .name = printer.name, .client = printer.client.name},
                            .user = start->who.user,
                            .username = start->who.username});
    co_await send(journal, printer,
                  {.file = std::move(content.file.file),
                   .size = content.file.size_bytes,
                   .folder = content.gcode.path,
                   .name = content.gcode.filename});
    with_.log.info("print started",
                   {{"printer", printer.host}, {"gcode", content.gcode.id}, {"print_job", journal.job().id}});
    co_return journal.job();
}

/// A cancel leaves the record as it is: the tracker finds out what became of the print, as after a crash.
Awaitable<void> PrintJobs::send(Journal& journal, Printer printer, printers::PrintFile file) {
    std::optional<printers::Observed<printers::PrintOutcome>> printed;
    std::optional<Error> failure;
    try {
        printed = co_await with_.client.print(fleet::address_of(printer), std::move(file), journal);
    } catch (const Error& error) {
        failure = error;
    }
    // From here on it is known what the printer does: that is recorded, even while the server is shutting down.
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
    with_.monitor.invalidate(printer.id);
    if (failure) {
        // Before its last byte was due, the printer cannot have begun.
        if (journal.has_begun())
            co_await record(journal, {.result = printers::PrintOutcome::Result::kFailed, .reason = failure->message()});
        throw *failure;
    }
    with_.monitor.note_access(printer, printed->access_level);
    if (journal.has_begun()) co_await record(journal, printed->value);
    require_started(printed->value);
}

/// The tracker does it if this fails, as after a crash.
Awaitable<void> PrintJobs::record(Journal& journal, printers::PrintOutcome outcome) {
    using Result = printers::PrintOutcome::Result;
    storage::PrintJobStep step{.event = PrintJobEvent::kFails, .reason = outcome.reason};
    if (outcome.result == Result::kUnknown) step.event = PrintJobEvent::kIsLost;
    if (outcome.result == Result::kStarted) step = {.event = PrintJobEvent::kPrints, .began = with_.clock.now()};
    if (!outcome.path.empty()) step.remote_path = outcome.path;
    try {
        co_await journal.advance(std::move(step));
    } catch (const Error& error) {
        with_.log.warning("cannot record yet what a printer does",
                          {{"print_job", journal.job().id}, {"error", error.what()}});
    }
}

Awaitable<Page<PrintJob>> PrintJobs::list(ListQuery query) {
    co_return co_await with_.lists.read(with_.printjobs, std::move(query));
}

Awaitable<PrintJob> PrintJobs::find(std::int64_t id) {
    auto found = co_await offload(with_.blocking, [&] { return with_.printjobs.find(id); });
    if (!found) throw print_job_not_found();
    co_return std::move(*found);
}

Awaitable<PrintJob> PrintJobs::require_owned(std::int64_t id, Principal who) {
    PrintJob job = co_await find(id);
    if (!may_delete(who, job.user))
        throw Error(ErrorCode::kNotOwner, PublicMessage{"Printjob does not belong to " + who.user.to_string()});
    co_return job;
}

Awaitable<PrintJob> PrintJobs::adopt(Principal who, std::string host) {
    const Printer printer = co_await with_.printers.require(std::move(host));
    const printers::PrinterAddress address = fleet::address_of(printer);
    const PrinterStatus status = (co_await with_.client.status(address)).value;
    const printers::JobReport report = (co_await with_.client.job(address)).value;
    const PrintSighting sighting{.seen = with_.clock.now(), .status = status, .job = report.job, .file = report.file};
    if (!has_active_print(status.state) || !report.file)
        throw Error(ErrorCode::kConflict, PublicMessage{"The printer does not print, or does not say what"});
    PrintJob job = foreign_job(printer, sighting, co_await with_.client.file_record(address, report.file->path));
    job.user = who.user;
    job.username = who.username;
    const auto id = co_await offload(with_.blocking, [&] { return with_.printjobs.insert_foreign(job, sighting); });
    if (!id) throw Error(ErrorCode::kConflict, PublicMessage{"This print is somebody's print job already"});
    job.id = *id;
    with_.tracker.begin(job);
    co_return job;
}

Awaitable<PrintJob> PrintJobs::resolve(std::int64_t id, Principal who, PrintJobState state) {
    const PrintJob job = co_await require_owned(id, who);
    const PrintJobEvent event = state == PrintJobState::kFinished ? PrintJobEvent::kFinishes
                                : state == PrintJobState::kFailed ? PrintJobEvent::kFails
                                                                  : PrintJobEvent::kIsCancelled;
    std::optional<PrintJob> resolved;
    if (job.state == PrintJobState::kUnknown)
        resolved = co_await with_.tracker.advance(
            id, job.state, {.event = event, .at = with_.clock.now(), .reason = "As " + who.username + " said"});
    if (!resolved)
        throw Error(ErrorCode::kConflict,
                    PublicMessage{"Only of a print job whose state is unknown can somebody say what "
                                  "became of it"});
    co_return std::move(*resolved);
}

Awaitable<void> PrintJobs::remove(std::int64_t id, Principal who) {
    co_await require_owned(id, who);
    if (!co_await offload(with_.blocking, [&] { return with_.printjobs.remove(id); })) throw print_job_not_found();
    with_.changes.on_change(events::PrintJobRemoved{id});
}

Awaitable<void> PrintJobs::stop() {
    tasks_.cancel();
    co_await tasks_.join();
}

}  // namespace karmen::services
