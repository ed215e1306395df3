#include "api/audit.hpp"
#include "api/body.hpp"
#include "api/json_text.hpp"
#include "api/upload.hpp"
#include "base/percent.hpp"
#include "emulator/handlers.hpp"
#include "emulator/json.hpp"
#include "http/problem.hpp"

/// Slicers upload to Karmen as if it were an OctoPrint: at /octoprint-emulator into the library, at
/// /octoprint-emulator/printers/<host> for that printer.
namespace karmen::emulator {

namespace {

constexpr std::string_view kPrinters = "printers";

http::Response json_response(unsigned status, const boost::json::object& body) {
    return http::Response::json(status, api::to_text(body));
}

/// The printer in the address; none for the library.
std::optional<std::string> target_printer(const Call& call) {
    const auto& segments = call.request.segments;
    if (segments.size() > 2 && segments[1] == kPrinters) return segments[2];
    return std::nullopt;
}

std::string prefix_of(const Call& call) {
    const auto host = target_printer(call);
    return call.request.prefix +
           (host ? "/octoprint-emulator/printers/" + percent_encoded(*host, ":") : "/octoprint-emulator");
}

/// Throws Error(kPrinterNotFound): a slicer's Test button asks for nothing but the version, and must tell the truth.
Awaitable<void> require_target(const Services& services, const Call& call) {
    if (const auto host = target_printer(call)) co_await services.printers.require(*host);
}

/// For what is the same wherever it is asked.
Answer tell(const Services& services, const Call& call, boost::json::object facts) {
    co_await require_target(services, call);
    co_return json_response(200, facts);
}

Awaitable<PrinterSnapshot> snapshot_of_target(const Services& services, const Call& call) {
    const auto host = target_printer(call);
    if (!host) co_return library();
    co_return (co_await services.printers.find(*host, services::PrinterFields::all())).snapshot;
}

/// nullopt if the operation was allowed. A missing right is 403, as in OctoPrint, because slicers treat 401 as a wrong
/// key.
Awaitable<std::optional<Error>> refusal_of(Awaitable<void> operation) {
    try {
        co_await std::move(operation);
        co_return std::nullopt;
    } catch (const Error& error) {
        if (error.code() != ErrorCode::kRoleRequired) throw;
        co_return Error(ErrorCode::kForbidden, PublicMessage{error.message()});
    }
}

bool is_in(services::ConnectionState wanted, PrinterState state) {
    return is_responding(state) && needs_connect(state) == (wanted == services::ConnectionState::kOffline);
}

std::int64_t file_id(const Call& call) {
    if (const auto id = api::parse_id(call.request.path_values.back())) return *id;
    throw Error(ErrorCode::kGcodeNotFound, PublicMessage{"There is no such g-code"});
}

std::string location_of(const Call& call, std::int64_t id) {
    return prefix_of(call) + "/api/files/local/" + std::to_string(id);
}

/// As an OctoPrint that cannot print now, or not this file: that tells by no more than `effectivePrint`. With an error,
/// slicers would send the file again and again.
Awaitable<PrintEffect> try_print(const Services& services, const Call& call, std::int64_t gcode,
                                 const std::string& host) {
    try {
        co_await services.printjobs.start(call.principal(), gcode, host);
        co_return PrintEffect::kStarted;
    } catch (const Error& error) {
        if (error.code() != ErrorCode::kPrinterNotOperational && error.code() != ErrorCode::kGcodeNotPrintable) throw;
        co_return PrintEffect::kNone;
    }
}

Error not_operational() {
    return {ErrorCode::kPrinterNotOperational, PublicMessage{"Printer is not operational"}};
}

std::optional<printers::JobCommand> pause_command(std::string_view action) {
    if (action == "pause") return printers::JobCommand::kPause;
    if (action == "resume") return printers::JobCommand::kResume;
    if (action == "toggle") return printers::JobCommand::kToggle;
    return std::nullopt;
}

/// As OctoPrint has it: `pause` toggles unless it is told to pause or to resume, and only `pause` looks at an action.
printers::JobCommand read_job_command(api::JsonBody& body) {
    const std::string command = body.required_text("command");
    if (command == "start") return printers::JobCommand::kStart;
    if (command == "pause") {
        const std::string action = body.optional_text("action").value_or("toggle");
        const auto pause = pause_command(action);
        if (!pause) body.fail("action", "must be pause, resume or toggle");
        return pause.value_or(printers::JobCommand::kToggle);
    }
    if (!command.empty() && command != "cancel") body.fail("command", "must be start, cancel or pause");
    return printers::JobCommand::kCancel;
}

}  // namespace

Answer emulate_version(const Services& services, Call& call) {
    return tell(services, call, version());
}

Answer emulate_server(const Services& services, Call& call) {
    return tell(services, call, server());
}

Answer emulate_settings(const Services& services, Call& call) {
    return tell(services, call, settings());
}

Answer emulate_printer_profiles(const Services& services, Call& call) {
    return tell(services, call, printer_profiles());
}

Answer emulate_files(const Services& services, Call& call) {
    return tell(services, call, no_files());
}

Answer emulate_current_user(const Services& services, Call& call) {
    return tell(services, call, current_user(call.principal().username));
}

Answer emulate_login(const Services& services, Call& call) {
    return tell(services, call, login(call.principal().username));
}

Answer emulate_printer(const Services& services, Call& call) {
    const PrinterStatus status = (co_await snapshot_of_target(services, call)).status;
    if (!is_responding(status.state) || needs_connect(status.state)) throw not_operational();
    co_return json_response(200, printer(status));
}

Answer emulate_job(const Services& services, Call& call) {
    co_return json_response(200, job(co_await snapshot_of_target(services, call)));
}

Answer emulate_connection(const Services& services, Call& call) {
    co_return json_response(200, connection((co_await snapshot_of_target(services, call)).status));
}

Answer emulate_change_connection(const Services& services, Call& call) {
    co_await require_target(services, call);
    api::JsonBody body = co_await api::JsonBody::read(call.request);
    const std::string command = body.required_text("command");
    if (!command.empty() && command != "connect" && command != "disconnect")
        body.fail("command", "must be connect or disconnect");
    body.finish();
    const auto wanted = command == "connect" ? services::ConnectionState::kOnline : services::ConnectionState::kOffline;
    const auto host = target_printer(call);
    if (!host) co_return http::Response::no_content();
    auto refusal = co_await refusal_of(services.control.set_connection(call.principal(), *host, wanted));
    // Slicers connect before everything they do, also for users without the right. If the printer is in that state
    // already, it is not an operation.
    if (refusal && !is_in(wanted, (co_await snapshot_of_target(services, call)).status.state))
        throw std::move(*refusal);
    co_return http::Response::no_content();
}

Answer emulate_job_command(const Services& services, Call& call) {
    co_await require_target(services, call);
    api::JsonBody body = co_await api::JsonBody::read(call.request);
    const printers::JobCommand command = read_job_command(body);
    body.finish();
    call.audit.action = api::audit_action(command);
    const auto host = target_printer(call);
    if (!host) throw not_operational();
    // The printer decides: it accepts a command for the state that it has already, and refuses one without a print.
    if (auto refusal = co_await refusal_of(services.control.command_job(call.principal(), *host, command)))
        throw std::move(*refusal);
    co_return http::Response::no_content();
}

Answer emulate_printer_command(const Services&, Call& call) {
    co_return http::problem_response(
        Error(ErrorCode::kForbidden, PublicMessage{"Karmen does not pass single commands on to printers"}),
        call.request.id);
}

Answer emulate_upload(const Services& services, Call& call) {
    co_await require_target(services, call);  // refused before the file was sent
    const api::StoredUpload upload = co_await api::store_upload(services, call, api::UploadForm::kSlicer);
    const auto host = target_printer(call);
    auto print = PrintEffect::kNone;
    call.audit.target = "gcode " + std::to_string(upload.gcode.id);
    if (host && upload.wants_print) {
        call.audit.action = "print.start";
        print = co_await try_print(services, call, upload.gcode.id, *host);
    }
    http::Response response = json_response(201, uploaded(upload.gcode, print));
    response.headers.set("Location", location_of(call, upload.gcode.id));
    co_return response;
}

Answer emulate_file(const Services& services, Call& call) {
    co_await require_target(services, call);
    const Gcode gcode = co_await services.gcodes.find(file_id(call));
    co_return json_response(200, file(gcode, location_of(call, gcode.id), call.request.prefix));
}

/// What Cura sends to the Location of its upload when it did not ask for a print there.
Answer emulate_select(const Services& services, Call& call) {
    co_await require_target(services, call);
    const std::int64_t id = file_id(call);
    co_await services.gcodes.find(id);
    api::JsonBody body = co_await api::JsonBody::read(call.request);
    const std::string command = body.required_text("command");
    if (!command.empty() && command != "select") body.fail("command", "must be select");
    const bool wants_print = body.optional_bool("print").value_or(false);
    body.finish();
    const auto host = target_printer(call);
    if (host && wants_print) call.audit.action = "print.start";
    if (host && wants_print) co_await services.printjobs.start(call.principal(), id, *host);
    co_return http::Response::no_content();
}

}  // namespace karmen::emulator
