#include "api/body.hpp"
#include "api/handlers.hpp"
#include "http/problem.hpp"

namespace karmen::api {

Answer start_task(const Services&, Call& call) {
    JsonBody body = co_await JsonBody::read(call.request);
    if (body.required_text("task") != "scan_network") body.fail("task", "must be scan_network");
    body.finish();
    co_return http::problem_response(
        Error(ErrorCode::kTaskNotStarted, PublicMessage{"Discovery of printers is not configured on this server"}),
        call.request.id);
}

}  // namespace karmen::api
