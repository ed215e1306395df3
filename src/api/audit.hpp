#pragma once

#include "api/route.hpp"
#include "domain/audit_entry.hpp"
#include "printers/printer_api.hpp"

#include <string>
#include <string_view>

/// The audit log's entry of a request.
namespace karmen::api {

/// What the path names, and what the handler adds.
std::string audit_target(const Call& call);

/// The stable word of a command, which is more exact than that of its route.
std::string_view audit_action(printers::JobCommand command);

/// The word for a refused request of a route that has no word of its own.
inline constexpr std::string_view kAuditAccess = "access";

/// `target` may be of strangers: it is made storable.
AuditEntry audit_entry(const Call& call, std::string action, std::string target, std::string_view result);
AuditEntry audit_entry(const Route& route, const Call& call, std::string_view result);

}  // namespace karmen::api
