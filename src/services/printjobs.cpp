#include "services/printjobs.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "domain/gcode_format.hpp"
#include "fleet/printer_observer.hpp"
#include "printers/dialects.hpp"
#include "runtime/event.hpp"
#include "runtime/sleep.hpp"

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

namespace {

/// Shorter than the time that a service has to stop.
constexpr std::chrono::seconds kInsertPatience{25};
constexpr std::chrono::milliseconds kInsertPause{250};

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
        start->job = co_await send_and_record(start);
    } catch (const boost::system::system_error&) {
        start->error =
            std::make_exception_ptr(Error(ErrorCode::kOverloaded, PublicMessage{"The server is shutting down"}));
    } catch (...) {
        start->error = std::current_exception();
    }
    start->done.set();
}

Awaitable<PrintJob> PrintJobs::send_and_record(std::shared_ptr<Start> start) {
    const Printer printer = co_await with_.printers.require(start->host);
    start->host = printer.host;
    Gcodes::Content content = co_await with_.gcodes.open(start->gcode_id);
    require_printable(content.gcode, printer);
    const auto lock = co_await with_.locks.try_lock(printer.id);
    if (!lock) throw not_operational("another file is being sent to it");
    if (const std::string_view hint = printers::unspoken_hint(printer.client); !hint.empty())
        throw not_operational(std::string(hint));
    const printers::PrinterAddress address = fleet::address_of(printer);
    require_operational((co_await with_.client.status(address)).value);

    const auto printed = co_await with_.client.print(address, {.file = std::move(content.file.file),
                                                               .size = content.file.size_bytes,
                                                               .folder = content.gcode.path,
                                                               .name = content.gcode.filename});
    const printers::PrintOutcome& outcome = printed.value;
    // From here on the printer may be printing: that is recorded, even while the server is shutting down.
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
    with_.monitor.note_access(printer, printed.access_level);
    with_.monitor.invalidate(printer.id);
    require_started(outcome);

    PrintJob job{.gcode_id = content.gcode.id,
                 .printer_host = printer.host,
                 .printer_id = printer.id,
                 .started = with_.clock.now(),
                 .gcode = {.id = content.gcode.id,
                           .filename = content.gcode.filename,
                           .size_bytes = content.gcode.size_bytes,
                           .available = true},
                 .printer = {.host = printer.host, .name = printer.name, .client = printer.client.name},
                 .user = start->who.user,
                 .username = start->who.username};
    job.id = co_await insert_patiently(job);
    with_.log.info("print started", {{"printer", printer.host}, {"gcode", content.gcode.id}, {"print_job", job.id}});
    with_.changes.on_change(events::PrintJobStarted{job});
    co_return job;
}

/// The printer prints already, so a database that is busy for a moment must not cause a print without a record.
Awaitable<std::int64_t> PrintJobs::insert_patiently(PrintJob job) {
    const auto give_up = std::chrono::steady_clock::now() + kInsertPatience;
    for (bool is_again = false;; is_again = true) {
        try {
            co_return co_await offload(with_.blocking, [&] {
                const auto inserted = is_again ? with_.printjobs.id_of(job) : std::nullopt;
                return inserted ? *inserted : with_.printjobs.insert(job);
            });
        } catch (const Error& error) {
            const bool may_pass =
                error.code() == ErrorCode::kOverloaded || error.code() == ErrorCode::kStorageUnavailable;
            if (!may_pass || std::chrono::steady_clock::now() >= give_up) throw;
            with_.log.warning("cannot record a print yet", {{"printer", job.printer_host}, {"error", error.what()}});
        }
        co_await sleep_for(kInsertPause);
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

Awaitable<void> PrintJobs::remove(std::int64_t id, Principal who) {
    const PrintJob job = co_await find(id);
    if (!may_delete(who, job.user))
        throw Error(ErrorCode::kNotOwner, PublicMessage{"Printjob does not belong to " + who.user.to_string()});
    if (!co_await offload(with_.blocking, [&] { return with_.printjobs.remove(id); })) throw print_job_not_found();
    with_.changes.on_change(events::PrintJobRemoved{id});
}

Awaitable<void> PrintJobs::stop() {
    tasks_.cancel();
    co_await tasks_.join();
}

}  // namespace karmen::services
