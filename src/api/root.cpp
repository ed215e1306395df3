#include "api/handlers.hpp"
#include "api/json_text.hpp"
#include "base/version.hpp"

namespace karmen::api {

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

}  // namespace karmen::api
