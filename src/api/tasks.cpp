#include "api/accepted.hpp"
#include "api/body.hpp"
#include "api/list.hpp"
#include "api/routes.hpp"

namespace karmen::api {

namespace {

constexpr const char* kNewestFirst = "-queued";

Answer start_task(const Services& services, Call& call) {
    JsonBody body = co_await JsonBody::read(call.request);
    const std::string kind = body.required_text("task");
    if (kind != "scan_network") body.fail("task", "must be scan_network");
    body.finish();
    call.audit.target = kind;
    const std::string id = co_await services.tasks.start(call.principal(), kind);
    co_return accepted_response(call.request, "/tasks", id);
}

Answer list_tasks(const Services& services, Call& call) {
    ListRequest list = parse_list_request(call.request);
    if (!list.query.order_by) {
        list.order_by = kNewestFirst;
        list.query.order_by = {"queued", Direction::kDescending};
    }
    co_return list_response(call.request.prefix + "/tasks", list, co_await services.tasks.list(list.query));
}

Answer get_task(const Services& services, Call& call) {
    co_return http::Response::json(200, to_text(co_await services.tasks.find(call.path_value(0))));
}

}  // namespace

std::vector<Route> task_routes() {
    using enum ErrorCode;
    using enum QueryFacts;
    return {
        {.method = "POST",
         .path = "/tasks",
         .summary = "Start a task in the background",
         .access = kAdmin,
         .handler = start_task,
         .audit = "task.start",
         .body = {"NewTask"},
         .errors = {kTaskNotStarted}},
        {.method = "GET",
         .path = "/tasks",
         .summary = "What is done in the background, and what became of it; the newest first",
         .access = kAdmin,
         .handler = list_tasks,
         .answers = {{200, "TaskPage"}},
         .query = kList,
         .note = "Columns: all members but progress. Tasks that have ended are kept for a while "
                 "(`tasks.records_retention`, `tasks.records_max`; of those that are done again and again the newest, "
                 "`tasks.scheduled_records_max` of each kind)."},
        {.method = "GET",
         .path = "/tasks/{task}",
         .summary = "One task: its state, how far it is, what it has found",
         .access = kAdmin,
         .handler = get_task,
         .answers = {{200, "Task"}},
         .errors = {kTaskNotFound}},
    };
}

}  // namespace karmen::api
