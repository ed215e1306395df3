#pragma once

#include "api/route.hpp"
#include "domain/audit_entry.hpp"
#include "printers/printer_api.hpp"

#include <string>
#include <string_view>

/// What the audit log says of a request.
namespace karmen::api {

/// The stable word of a command, which says more than the one of its route.
std::string_view audit_action(printers::JobCommand command);

/// A request that was not let in although its route is none of those.
inline constexpr std::string_view kAuditAccess = "access";

AuditEntry audit_entry(const Route& route, const Call& call, std::string_view result);

}  // namespace karmen::api
