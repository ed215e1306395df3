#include "printers/server_kinds.hpp"

#include "base/json_members.hpp"
#include "base/text.hpp"
#include "printers/octoprint/lenient_json.hpp"
#include "printers/octoprint/wire.hpp"

#include <array>

namespace karmen::printers {

namespace {

namespace json = boost::json;
using net::HttpResponse;
using octoprint::bounded_text;

/// Empty if it is no JSON object.
json::object object_of(const HttpResponse& answer) {
    auto value = octoprint::parse_object(answer.body);
    return value && value->is_object() ? std::move(value->get_object()) : json::object{};
}

/// `/access/info` is open to everybody, and nobody else has it.
bool is_moonraker_itself(const HttpResponse& answer, FoundServer& found) {
    if (answer.status != 200) return false;
    const json::object body = object_of(answer);
    const json::object& result = JsonMembers(body).object("result");
    if (!result.contains("available_sources")) return false;
    found.wants_key = !JsonMembers(result).boolean("trusted").value_or(false);
    return true;
}

bool has_version(const HttpResponse& answer, FoundServer& found) {
    if (answer.status != 200) return false;
    const auto version = octoprint::parse_version(answer.body);
    if (version) found.version = *version;
    return version.has_value();
}

/// Behind its imitation of OctoPrint, where a proxy hides `/access/info`.
bool is_moonraker_in_disguise(const HttpResponse& answer, FoundServer& found) {
    return has_version(answer, found) && octoprint::is_octoprint(found.version) && is_moonraker(found.version);
}

bool is_prusalink(const HttpResponse& answer, FoundServer& found) {
    if (answer.status == 401) {
        // Buddy firmware, and PrusaLink on a Raspberry Pi.
        const std::string_view scheme = answer.find("WWW-Authenticate");
        found.wants_key = true;
        return scheme.starts_with("Digest") && (scheme.find("realm=\"Printer API\"") != std::string_view::npos ||
                                                scheme.find("realm=\"Administrator\"") != std::string_view::npos);
    }
    if (!has_version(answer, found)) return false;
    const json::object body = object_of(answer);
    const JsonMembers members(body);
    found.name = bounded_text(members.text("hostname"));
    return found.version.text.starts_with("PrusaLink") ||
           JsonMembers(members.object("capabilities")).boolean("upload-by-put").value_or(false);
}

bool is_open_octoprint(const HttpResponse& answer, FoundServer& found) {
    return has_version(answer, found) && octoprint::is_octoprint(found.version);
}

/// The workflow of application keys begins with this question, which needs no key.
bool offers_app_keys(const HttpResponse& answer, FoundServer& found) {
    found.wants_key = true;
    return answer.status == 204;
}

/// The only route of OctoPrint that has always answered without a key.
bool is_octoprint_with_guests(const HttpResponse& answer, FoundServer& found) {
    found.wants_key = true;
    if (answer.status != 200) return false;
    const json::object body = object_of(answer);
    return body.contains("name") && body.contains("permissions") && body.contains("groups");
}

constexpr std::string_view kVersionPath = "/api/version";

constexpr std::array<ServerKind, 6> kKinds{{
    {.name = "moonraker", .title = "Moonraker", .path = "/access/info", .recognizes = is_moonraker_itself},
    {.name = "moonraker", .title = "Moonraker", .path = kVersionPath, .recognizes = is_moonraker_in_disguise},
    {.name = "prusalink", .title = "PrusaLink", .path = kVersionPath, .recognizes = is_prusalink},
    {.name = kOctoPrintDialect,
     .title = "OctoPrint",
     .path = kVersionPath,
     .recognizes = is_open_octoprint,
     .is_supported = true},
    {.name = kOctoPrintDialect,
     .title = "OctoPrint",
     .path = "/plugin/appkeys/probe",
     .recognizes = offers_app_keys,
     .is_supported = true},
    {.name = kOctoPrintDialect,
     .title = "OctoPrint",
     .path = "/api/currentuser",
     .recognizes = is_octoprint_with_guests,
     .is_supported = true},
}};

}  // namespace

std::span<const ServerKind> server_kinds() {
    return kKinds;
}

std::optional<FoundServer> recognize(std::string_view path, const HttpResponse& answer) {
    for (const ServerKind& kind : kKinds) {
        FoundServer found{
            .kind = std::string(kind.name), .title = std::string(kind.title), .is_supported = kind.is_supported};
        if (kind.path == path && kind.recognizes(answer, found)) return found;
    }
    return std::nullopt;
}

}  // namespace karmen::printers
