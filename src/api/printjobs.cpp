#include "api/body.hpp"
#include "api/json_text.hpp"
#include "api/list.hpp"
#include "api/routes.hpp"

namespace karmen::api {

namespace {

std::int64_t printjob_id(const Call& call) {
    if (const auto id = parse_id(call.path_value(0))) return *id;
    throw Error(ErrorCode::kPrintJobNotFound, PublicMessage{"There is no such print job"});
}

Answer list_printjobs(const Services& services, Call& call) {
    const ListRequest list = parse_list_request(call.request);
    co_return list_response(call.request.prefix + "/printjobs", list, co_await services.printjobs.list(list.query));
}

http::Response started_response(const Call& call, const PrintJob& job) {
    return http::Response::json(
        201, to_text(boost::json::object{{"id", job.id}, {"user_uuid", call.principal().user.to_string()}}));
}

Answer start_printjob(const Services& services, Call& call) {
    JsonBody body = co_await JsonBody::read(call.request);
    const std::int64_t gcode = body.required_id("gcode");
    std::string printer = body.required_text("printer");
    call.audit.target = printer + " gcode " + std::to_string(gcode);
    body.finish();
    co_return started_response(call, co_await services.printjobs.start(call.principal(), gcode, std::move(printer)));
}

Answer adopt_print(const Services& services, Call& call) {
    co_return started_response(call, co_await services.printjobs.adopt(call.principal(), call.path_value(0)));
}

Answer get_printjob(const Services& services, Call& call) {
    const std::int64_t id = printjob_id(call);
    co_return http::Response::json(200, to_text(co_await services.printjobs.find(id)));
}

Answer resolve_printjob(const Services& services, Call& call) {
    const std::int64_t id = printjob_id(call);
    JsonBody body = co_await JsonBody::read(call.request);
    const std::string word = body.required_text("state");
    const auto state = from_word<PrintJobState>(word);
    if (!word.empty() && (!state || !has_result(*state))) body.fail("state", "must be finished, failed or cancelled");
    body.finish();
    call.audit.target = word;
    co_return http::Response::json(200, to_text(co_await services.printjobs.resolve(id, call.principal(), *state)));
}

Answer remove_printjob(const Services& services, Call& call) {
    co_await services.printjobs.remove(printjob_id(call), call.principal());
    co_return http::Response::no_content();
}

constexpr std::string_view kPrint =
    "`gcode_not_printable`: printers of this kind do not take files of this format, such as OctoPrint `.bgcode`; "
    "`message` says so, and nothing was sent. `printer_not_operational`: the printer cannot start a print now.";

constexpr std::string_view kAdoption =
    "`job.foreign` of a printer tells of such a print. `conflict`: it is somebody's print job already, or nothing is "
    "printed.";

}  // namespace

std::vector<Route> printjob_routes() {
    using enum ErrorCode;
    using enum QueryFacts;
    return {
        {.method = "GET",
         .path = "/printjobs",
         .summary = "Print jobs",
         .access = kUser,
         .handler = list_printjobs,
         .answers = {{200, "PrintJobPage"}},
         .query = kList},
        {.method = "POST",
         .path = "/printjobs",
         .summary = "Send a g-code to a printer and start the print",
         .access = kUser,
         .deadline = Deadline::kOwn,
         .handler = start_printjob,
         .audit = "print.start",
         .answers = {{201, "StartedPrintJob"}},
         .body = {"NewPrintJob"},
         .errors = {kPrinterNotFound, kGcodeNotFound, kGcodeNotPrintable, kPrinterNotOperational, kPrinterFailed,
                    kServiceUnavailable, kDiskFull},
         .note = kPrint},
        {.method = "POST",
         .path = "/printers/{host}/current-job/adopt",
         .summary = "Make a print that was started elsewhere a print job of one's own",
         .access = kUser,
         .handler = adopt_print,
         .audit = "print.adopt",
         .answers = {{201, "StartedPrintJob"}},
         .errors = {kPrinterNotFound, kConflict, kDiskFull},
         .note = kAdoption},
        {.method = "GET",
         .path = "/printjobs/{id}",
         .summary = "One print job",
         .access = kUser,
         .handler = get_printjob,
         .answers = {{200, "PrintJob"}},
         .errors = {kPrintJobNotFound}},
        {.method = "PATCH",
         .path = "/printjobs/{id}",
         .summary = "Say what became of a print job whose state is unknown",
         .access = kUser,
         .handler = resolve_printjob,
         .audit = "printjob.resolve",
         .answers = {{200, "PrintJob"}},
         .body = {"PrintJobChange"},
         .errors = {kPrintJobNotFound, kNotOwner, kConflict, kDiskFull},
         .note = kOwners},
        {.method = "DELETE",
         .path = "/printjobs/{id}",
         .summary = "Delete the record of a print job",
         .access = kUser,
         .handler = remove_printjob,
         .audit = "printjob.remove",
         .answers = {{204}},
         .errors = {kPrintJobNotFound, kNotOwner, kDiskFull},
         .note = kOwners},
    };
}

}  // namespace karmen::api
