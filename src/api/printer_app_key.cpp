#include "api/accepted.hpp"
#include "api/printer_body.hpp"
#include "api/routes.hpp"

namespace karmen::api {

namespace {

Answer ask_for_app_key(const Services& services, Call& call) {
    JsonBody body = co_await JsonBody::read(call.request);
    services::AppKeys::Where where{.host = body.required_text("host")};
    call.audit.target = where.host;
    where.protocol = read_protocol(body);
    if (!Uuid::parse(where.host)) check_host(body, where.host, where.protocol);
    where.tls_fingerprint = read_tls_fingerprint(body);
    body.finish();
    const AppKeyRequest request = co_await services.app_keys.begin(std::move(where));
    co_return accepted_response(call.request, "/printers/appkey", request.id.to_string());
}

Answer get_app_key(const Services& services, Call& call) {
    co_return http::Response::json(200, to_text(co_await services.app_keys.find(call.path_value(0))));
}

}  // namespace

std::vector<Route> printer_app_key_routes() {
    using enum ErrorCode;
    return {
        {.method = "POST",
         .path = "/printers/appkey",
         .summary = "Ask a printer for a key, which a person allows there",
         .access = kAdmin,
         .handler = ask_for_app_key,
         .audit = "printer.appkey",
         .answers = {{.status = 202, .schema = "Started", .headers = {"Location"}}},
         .body = {"AppKeyAddress"},
         .errors = {kPrinterNotFound, kDiskFull},
         .note = "`host` is the id or address of a printer, whose stored settings are used then, or another address. A "
                 "key for a "
                 "stored printer is stored there when it is granted. The key itself is never shown. `overloaded`: more "
                 "than "
                 "`printers.app_keys_max` are waited for."},
        {.method = "GET",
         .path = "/printers/appkey/{appkey}",
         .summary = "What became of the request for a key",
         .access = kAdmin,
         .handler = get_app_key,
         .answers = {{200, "AppKeyRequest"}},
         .errors = {kAppKeyNotFound}},
    };
}

}  // namespace karmen::api
