#include "printers/octoprint/missing_rights.hpp"

#include "base/json_members.hpp"
#include "printers/octoprint/lenient_json.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace karmen::printers::octoprint {

namespace {

constexpr std::array kNeeded{"STATUS", "CONNECTION", "FILES_LIST", "FILES_UPLOAD", "PRINT", "SETTINGS_READ"};
constexpr const char* kAllRights = "ADMIN";

/// A word in releases that were seen; elsewhere OctoPrint describes a permission as an object with a key.
std::string right_of(const boost::json::value& permission) {
    if (permission.is_object()) return JsonMembers(permission.get_object()).text("key");
    return permission.is_string() ? std::string(permission.get_string()) : std::string();
}

}  // namespace

std::vector<std::string> parse_missing_rights(std::string_view body) {
    const auto value = parse_object(body);
    const boost::json::value* permissions = value ? value->get_object().if_contains("permissions") : nullptr;
    if (!permissions || !permissions->is_array()) return {};
    std::set<std::string, std::less<>> rights;
    for (const boost::json::value& permission : permissions->get_array()) rights.insert(right_of(permission));
    std::vector<std::string> missing;
    if (rights.contains(kAllRights)) return missing;
    std::ranges::copy_if(kNeeded, std::back_inserter(missing),
                         [&](const char* right) { return !rights.contains(right); });
    return missing;
}

}  // namespace karmen::printers::octoprint
