#include "api/body.hpp"
#include "api/routes.hpp"
#include "base/error.hpp"

namespace karmen::api {

namespace {

Answer start_task(const Services&, Call& call) {
    JsonBody body = co_await JsonBody::read(call.request);
    if (body.required_text("task") != "scan_network") body.fail("task", "must be scan_network");
    body.finish();
    throw Error(ErrorCode::kTaskNotStarted, PublicMessage{"Discovery of printers is not configured on this server"});
}

}  // namespace

std::vector<Route> task_routes() {
    using enum ErrorCode;
    return {
        {.method = "POST",
         .path = "/tasks",
         .summary = "Start a task in the background",
         .access = kAdmin,
         .handler = start_task,
         .audit = "task.start",
         .body = {"Task"},
         .errors = {kTaskNotStarted}},
    };
}

}  // namespace karmen::api
