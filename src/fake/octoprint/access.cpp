#include "fake/octoprint/access.hpp"

#include <algorithm>

namespace karmen::fake {

namespace {

constexpr std::string_view kNoPermission =
    "You don't have the permission to access the requested resource. It is either read-protected or not readable by "
    "the server.";

bool may(const AccessOptions& options, Caller caller, Need need) {
    switch (caller) {
        case Caller::kAdministrator:
            return true;
        case Caller::kReader:
            return need == Need::kRead;
        case Caller::kGuest:
        case Caller::kWrongKey:
            return options.guests == GuestRights::kAll || (options.guests == GuestRights::kRead && need == Need::kRead);
    }
    return false;
}

}  // namespace

Caller caller_of(const AccessOptions& options, std::optional<std::string_view> key) {
    if (!key || key->empty()) return Caller::kGuest;
    if (*key == options.api_key) return Caller::kAdministrator;
    if (std::ranges::find(options.app_keys, *key) != options.app_keys.end()) return Caller::kAdministrator;
    if (*key == options.read_only_key) return Caller::kReader;
    return Caller::kWrongKey;
}

std::optional<Refusal> refuse(const AccessOptions& options, const OctoPrintVersion& version, Caller caller,
                              Method method, Need need) {
    const bool has_no_user = caller == Caller::kGuest || caller == Caller::kWrongKey;
    if (caller == Caller::kWrongKey && version.names_wrong_key()) return Refusal{403, "Invalid API key"};
    if (may(options, caller, need)) return std::nullopt;
    if (method == Method::kPost && has_no_user && version.checks_csrf()) {
        return Refusal{400, "CSRF validation failed"};
    }
    return Refusal{403, std::string(kNoPermission)};
}

}  // namespace karmen::fake
