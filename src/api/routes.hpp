#pragma once

#include "api/route.hpp"

#include <vector>

/// The rows of this API. Each function is in the file of its handlers.
namespace karmen::api {

std::vector<Route> server_routes();
std::vector<Route> session_routes();
std::vector<Route> api_token_routes();
std::vector<Route> login_session_routes();
std::vector<Route> user_routes();
std::vector<Route> printer_routes();
std::vector<Route> printer_control_routes();
std::vector<Route> printer_probe_routes();
std::vector<Route> printer_app_key_routes();
std::vector<Route> webcam_routes();
std::vector<Route> event_routes();
std::vector<Route> gcode_routes();
std::vector<Route> printjob_routes();
std::vector<Route> settings_routes();
std::vector<Route> task_routes();
std::vector<Route> audit_routes();

/// All of them.
std::vector<Route> routes();

}  // namespace karmen::api
