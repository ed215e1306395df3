#include "api/audit.hpp"

#include "api/body.hpp"
#include "api/list.hpp"
#include "api/routes.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace karmen::api {

namespace {

/// Strangers choose the length of addresses and names in requests.
constexpr std::size_t kTargetBytesMax = 512;

std::string joined(const std::vector<std::string>& values) {
    std::string text;
    for (const std::string& value : values) text += (text.empty() ? "" : " ") + value;
    return text;
}

/// The text in a form that the database accepts: UTF-8 without NUL.
std::string storable(std::string text) {
    text = to_valid_utf8(text);
    std::ranges::replace(text, '\0', ' ');
    if (text.size() <= kTargetBytesMax) return text;
    return to_valid_utf8(text.substr(0, kTargetBytesMax));
}

std::string target_of(const Route& route, const Call& call) {
    if (call.audit.action.empty()) return std::string(route.method) + ' ' + std::string(route.path);
    return audit_target(call);
}

}  // namespace

std::string_view audit_action(printers::JobCommand command) {
    using enum printers::JobCommand;
    switch (command) {
        case kStart:
            return "print.start";
        case kCancel:
            return "print.cancel";
        case kPause:
            return "print.pause";
        case kResume:
            return "print.resume";
        case kToggle:
            return "print.toggle";
    }
    return "print.command";
}

std::string audit_target(const Call& call) {
    std::string target = joined(call.request.path_values);
    if (!call.audit.target.empty()) target += (target.empty() ? "" : " ") + call.audit.target;
    return target;
}

AuditEntry audit_entry(const Call& call, std::string action, std::string target, std::string_view result) {
    AuditEntry entry{.action = std::move(action),
                     .address = call.request.remote_address,
                     .target = storable(std::move(target)),
                     .result = std::string(result)};
    if (call.account) {
        entry.user = call.account->user.uuid;
        entry.username = call.account->user.username;
    } else if (!call.audit.username.empty()) {
        entry.username = storable(call.audit.username);
    }
    return entry;
}

AuditEntry audit_entry(const Route& route, const Call& call, std::string_view result) {
    return audit_entry(call, std::string(call.audit.action.empty() ? kAuditAccess : call.audit.action),
                       target_of(route, call), result);
}

namespace {

Answer list_audit(const Services& services, Call& call) {
    const ListRequest list = parse_list_request(call.request);
    co_return list_response(call.request.prefix + "/audit", list, co_await services.audit_entries.list(list.query));
}

}  // namespace

std::vector<Route> audit_routes() {
    using enum QueryFacts;
    return {
        {.method = "GET",
         .path = "/audit",
         .summary = "Who did what: log-ins, refusals and changes",
         .access = kFreshAdmin,
         .handler = list_audit,
         .answers = {{200, "AuditEntryPage"}},
         .query = kList,
         .note = "Columns: id, time, action, user_uuid, username, address, target, result, times."},
    };
}

}  // namespace karmen::api
