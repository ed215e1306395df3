#pragma once

#include "domain/api_token.hpp"
#include "domain/audit_entry.hpp"
#include "domain/gcode.hpp"
#include "domain/login_session.hpp"
#include "domain/printjob.hpp"
#include "domain/user.hpp"
#include "services/printers.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

/// The JSON of docs/api.md. Only this file knows the member names.
namespace karmen::api {

boost::json::object to_json(const services::PrinterView& view);
boost::json::object to_json(const Gcode& gcode);
boost::json::object to_json(const PrintJob& job);
boost::json::object to_json(const User& user);
boost::json::object to_json(const ApiToken& token);
boost::json::object to_json(const LoginSession& session);
boost::json::object to_json(const AuditEntry& entry);

/// Only the named members; unknown names are ignored. Without names, all members.
boost::json::object pick(boost::json::object object, const std::vector<std::string>& fields);

}  // namespace karmen::api
