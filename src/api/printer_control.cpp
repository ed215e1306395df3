#include "api/audit.hpp"
#include "api/body.hpp"
#include "api/routes.hpp"

namespace karmen::api {

namespace {

std::optional<printers::JobCommand> parse_job_action(std::string_view action) {
    if (action == "cancel") return printers::JobCommand::kCancel;
    if (action == "start") return printers::JobCommand::kStart;
    if (action == "toggle") return printers::JobCommand::kToggle;
    return std::nullopt;
}

Answer change_connection(const Services& services, Call& call) {
    // Refuses before the body is read. Because the body may take long, the commands check this again.
    co_await services.control.require_operable(call.principal(), call.path_value(0));
    JsonBody body = co_await JsonBody::read(call.request);
    const std::string state = body.required_text("state");
    if (!state.empty() && state != "online" && state != "offline") body.fail("state", "must be online or offline");
    body.finish();
    call.audit.target = state;
    const auto wanted = state == "online" ? services::ConnectionState::kOnline : services::ConnectionState::kOffline;
    co_await services.control.set_connection(call.principal(), call.path_value(0), wanted);
    co_return http::Response::no_content();
}

Answer command_current_job(const Services& services, Call& call) {
    co_await services.control.require_operable(call.principal(), call.path_value(0));
    JsonBody body = co_await JsonBody::read(call.request);
    const std::string action = body.required_text("action");
    const auto command = parse_job_action(action);
    if (!action.empty() && !command) body.fail("action", "must be cancel, start or toggle");
    body.finish();
    call.audit.action = audit_action(*command);
    co_await services.control.command_job(call.principal(), call.path_value(0), *command);
    co_return http::Response::no_content();
}

}  // namespace

std::vector<Route> printer_control_routes() {
    using enum ErrorCode;
    return {
        {.method = "POST",
         .path = "/printers/{host}/connection",
         .summary = "Connect or disconnect a printer",
         .access = kUser,
         .handler = change_connection,
         .audit = "printer.connection",
         .answers = {{204}},
         .body = {"ConnectionChange"},
         .errors = {kPrinterNotFound, kRoleRequired, kPrinterFailed},
         .note = kOperators},
        {.method = "POST",
         .path = "/printers/{host}/current-job",
         .summary = "Start, pause, resume or cancel what a printer prints",
         .access = kUser,
         .handler = command_current_job,
         .audit = "print.command",
         .answers = {{204}},
         .body = {"JobCommand"},
         .errors = {kPrinterNotFound, kRoleRequired, kPrinterRefused},
         .note = kOperators},
    };
}

}  // namespace karmen::api
