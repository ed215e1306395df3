#include "api/routes.hpp"

#include <algorithm>
#include <iterator>

namespace karmen::api {

std::vector<Route> routes() {
    std::vector<Route> all;
    for (const auto part :
         {server_routes, session_routes, api_token_routes, login_session_routes, user_routes, printer_routes,
          printer_control_routes, printer_probe_routes, printer_app_key_routes, webcam_routes, event_routes,
          gcode_routes, printjob_routes, settings_routes, task_routes, audit_routes})
        std::ranges::move(part(), std::back_inserter(all));
    return all;
}

}  // namespace karmen::api
