#include "api/json_text.hpp"
#include "api/routes.hpp"
#include "base/version.hpp"

namespace karmen::api {

namespace {

Answer get_root(const Services&, Call&) {
    co_return http::Response::json(
        200, to_text(boost::json::object{{"app", "karmen_backend"}, {"docs", kDocsUrl}, {"version", kVersion}}));
}

Answer get_live(const Services&, Call&) {
    co_return http::Response::json(200, to_text(boost::json::object{{"status", "live"}}));
}

Answer get_ready(const Services& services, Call&) {
    co_await services.readiness.require();
    co_return http::Response::json(200, to_text(boost::json::object{{"status", "ready"}}));
}

}  // namespace

std::vector<Route> server_routes() {
    using enum ErrorCode;
    return {
        {.method = "GET",
         .path = "/health/live",
         .summary = "Whether this process answers",
         .access = kAnyone,
         .when_forced = WhenPasswordChangeIsForced::kAllow,
         .handler = get_live,
         .answers = {{200, "Health"}}},
        {.method = "GET",
         .path = "/health/ready",
         .summary = "Whether this process can do its work",
         .access = kAnyone,
         .when_forced = WhenPasswordChangeIsForced::kAllow,
         .handler = get_ready,
         .answers = {{200, "Health"}},
         .errors = {kNotReady},
         .note = "`not_ready` says in `errors` which of `database`, `queue` and `disk` does not work."},
        {.method = "GET",
         .path = "/",
         .summary = "Name and version of this server",
         .access = kAnyone,
         .when_forced = WhenPasswordChangeIsForced::kAllow,
         .handler = get_root,
         .answers = {{200, "ServerInfo"}}},
    };
}

}  // namespace karmen::api
