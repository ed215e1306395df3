#include "api/audit.hpp"

#include "api/body.hpp"
#include "api/handlers.hpp"
#include "api/list.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

namespace karmen::api {

namespace {

struct AuditedRoute {
    std::string_view method;
    std::string_view path;
    std::string_view action;
};

// clang-format off
/// A handler may say more exactly what was asked for (Call::audit).
constexpr AuditedRoute kAudited[] = {
    {"POST",   "/users/me/authenticate",         "login"},
    {"POST",   "/users/me/authenticate-fresh",   "login.fresh"},
    {"POST",   "/users/me/authenticate-refresh", "session.refresh"},
    {"PATCH",  "/users/me",                      "password.change"},
    {"POST",   "/users/me/tokens",               "token.add"},
    {"DELETE", "/users/me/tokens/{jti}",         "token.revoke"},
    {"DELETE", "/users/me/sessions/{session}",   "session.end"},
    {"POST",   "/users/me/logout",               "logout"},
    {"DELETE", "/users/{uuid}/sessions",         "session.end_all"},
    {"POST",   "/users",                         "account.add"},
    {"PATCH",  "/users/{uuid}",                  "account.change"},
    {"DELETE", "/users/{uuid}",                  "account.remove"},
    {"POST",   "/printers",                      "printer.add"},
    {"PATCH",  "/printers/{host}",               "printer.change"},
    {"DELETE", "/printers/{host}",               "printer.remove"},
    {"POST",   "/printers/{host}/connection",    "printer.connection"},
    {"POST",   "/printers/{host}/current-job",   "print.command"},
    {"POST",   "/gcodes",                        "gcode.upload"},
    {"DELETE", "/gcodes/{id}",                   "gcode.remove"},
    {"POST",   "/printjobs",                     "print.start"},
    {"DELETE", "/printjobs/{id}",                "printjob.remove"},
    {"POST",   "/settings",                      "setting.change"},
    {"POST",   "/octoprint-emulator/api/files/local",                      "gcode.upload"},
    {"POST",   "/octoprint-emulator/printers/{host}/api/files/local",      "gcode.upload"},
    {"POST",   "/octoprint-emulator/printers/{host}/api/files/local/{id}", "gcode.select"},
    {"POST",   "/octoprint-emulator/printers/{host}/api/job",              "print.command"},
    {"POST",   "/octoprint-emulator/printers/{host}/api/connection",       "printer.connection"},
};
// clang-format on

/// Of an address or a name a stranger chooses the length.
constexpr std::size_t kTargetBytesMax = 512;

std::string joined(const std::vector<std::string>& values) {
    std::string text;
    for (const std::string& value : values) text += (text.empty() ? "" : " ") + value;
    return text;
}

/// What the database takes as a text: UTF-8 without NUL.
std::string storable(std::string text) {
    text = to_valid_utf8(text);
    std::ranges::replace(text, '\0', ' ');
    if (text.size() <= kTargetBytesMax) return text;
    return to_valid_utf8(text.substr(0, kTargetBytesMax));
}

std::string target_of(const Route& route, const Call& call) {
    if (call.audit.action.empty()) return std::string(route.method) + ' ' + std::string(route.path);
    std::string target = joined(call.request.path_values);
    if (!call.audit.target.empty()) target += (target.empty() ? "" : " ") + call.audit.target;
    return target;
}

}  // namespace

std::string_view audit_action(std::string_view method, std::string_view path) {
    const auto found = std::ranges::find_if(
        kAudited, [&](const AuditedRoute& route) { return route.method == method && route.path == path; });
    return found == std::end(kAudited) ? std::string_view() : found->action;
}

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

AuditEntry audit_entry(const Route& route, const Call& call, std::string_view result) {
    AuditEntry entry{.action = std::string(call.audit.action.empty() ? kAuditAccess : call.audit.action),
                     .address = call.request.remote_address,
                     .target = storable(target_of(route, call)),
                     .result = std::string(result)};
    if (call.account) {
        entry.user = call.account->user.uuid;
        entry.username = call.account->user.username;
    } else if (!call.audit.username.empty()) {
        entry.username = storable(call.audit.username);
    }
    return entry;
}

Answer list_audit(const Services& services, Call& call) {
    const ListRequest list = parse_list_request(call.request);
    co_return list_response("/audit", list, co_await services.audit_entries.list(list.query));
}

}  // namespace karmen::api
