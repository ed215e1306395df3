#include "api/body.hpp"
#include "api/handlers.hpp"
#include "base/error.hpp"

namespace karmen::api {

Answer start_task(const Services&, Call& call) {
    JsonBody body = co_await JsonBody::read(call.request);
    if (body.required_text("task") != "scan_network") body.fail("task", "must be scan_network");
    body.finish();
    throw Error(ErrorCode::kTaskNotStarted, PublicMessage{"Discovery of printers is not configured on this server"});
}

}  // namespace karmen::api
