#include "api/json_text.hpp"
#include "api/printer_body.hpp"
#include "api/probe_json.hpp"
#include "api/routes.hpp"

namespace karmen::api {

namespace {

Answer probe_printer(const Services& services, Call& call) {
    JsonBody body = co_await JsonBody::read(call.request);
    services::PrinterProbes::Where where{.host = body.required_text("host")};
    call.audit.target = where.host;
    auto protocol = read_protocol(body);
    check_host(body, where.host, protocol);
    where.protocol = protocol.value_or(Protocol::kHttp);
    where.api_key = read_api_key(body);
    where.tls_fingerprint = read_tls_fingerprint(body);
    body.finish();
    co_return http::Response::json(200, to_text(co_await services.probes.probe(std::move(where))));
}

}  // namespace

std::vector<Route> printer_probe_routes() {
    return {
        {.method = "POST",
         .path = "/printers/probe",
         .summary = "Find out what answers at an address; stores nothing",
         .access = kAdmin,
         .deadline = Deadline::kOwn,
         .handler = probe_printer,
         .audit = "printer.probe",
         .answers = {{200, "PrinterProbe"}},
         .body = {"PrinterAddress"},
         .note = "The address is asked without a key first; the key in the body goes only to a server whose protocol "
                 "Karmen "
                 "speaks. That nothing answers is a result with status 200. `overloaded`: more than "
                 "`printers.probes_max` addresses are being asked."},
    };
}

}  // namespace karmen::api
