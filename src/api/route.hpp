#pragma once

#include "events/event_history.hpp"
#include "http/message.hpp"
#include "identity/api_tokens.hpp"
#include "identity/audit_entries.hpp"
#include "identity/audit_trail.hpp"
#include "identity/login_sessions.hpp"
#include "identity/sessions.hpp"
#include "identity/users.hpp"
#include "runtime/awaitable.hpp"
#include "services/gcodes.hpp"
#include "services/printer_control.hpp"
#include "services/printers.hpp"
#include "services/printjobs.hpp"
#include "services/readiness.hpp"
#include "services/settings.hpp"
#include "services/thumbnails.hpp"
#include "services/webcams.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace karmen::api {

/// Who may call a route.
enum class Access {
    kAnyone,
    kRefreshToken,  ///< whoever has a refresh token
    kUser,          ///< whoever has an access token
    kFollower,      ///< whoever has one, also as `?token=`: what a page opens by itself cannot send a header
    kViewer,        ///< as kFollower; anybody when webcams are open to all
    kFreshUser,     ///< whoever has a fresh access token
    kFreshAdmin,    ///< an administrator with a fresh access token: accounts
    kAdmin,         ///< the same; the token need not be fresh if `auth.fresh_admin` is `accounts`
    kApiKey,        ///< whoever has an access token, sent as OctoPrint takes its keys: slicers
};

constexpr bool is_for_admins(Access access) {
    return access == Access::kFreshAdmin || access == Access::kAdmin;
}

/// Whether an account that must change its password first may still call it.
enum class WhenPasswordChangeIsForced { kRefuse, kAllow };

/// What a request must be answered within: the handler's timeout, or however long its body or its printer takes.
enum class Deadline { kHandler, kOwn };

/// Far more than a name and a password need.
inline constexpr std::uint64_t kLoginBytesMax = 16UL * 1024;

struct Limits {
    std::uint64_t upload_bytes_max = 1024ULL * 1024 * 1024;
    std::uint64_t login_bytes_max = kLoginBytesMax;
    std::chrono::milliseconds event_pulse_interval{15'000};  ///< of a stream where nothing happens
};

class OpenApiDocument;
class StreamChecks;

/// The use cases that handlers call. Made by the composition root.
struct Services {
    identity::Sessions& sessions;
    identity::Users& users;
    identity::LoginSessions& login_sessions;
    identity::ApiTokens& api_tokens;
    services::Settings& settings;
    services::Printers& printers;
    services::PrinterControl& control;
    services::Gcodes& gcodes;
    services::Thumbnails& thumbnails;
    services::PrintJobs& printjobs;
    services::Webcams& webcams;
    events::EventHistory& events;
    services::Readiness& readiness;
    identity::AuditTrail& audit;
    identity::AuditEntries& audit_entries;
    StreamChecks& stream_checks;
    const OpenApiDocument& openapi;
    Limits limits;
};

/// What the audit log says of a request beyond its route and its path.
struct AuditFacts {
    std::string_view action;  ///< api/audit.hpp; a handler may make it more exact
    std::string target;       ///< of what stands in the body: never a secret
    std::string username;     ///< that was tried
};

/// One request on its way through a handler, after the checks of its route.
struct Call {
    http::Request& request;
    std::optional<identity::Account> account;  ///< there when the route asks for a token
    AuditFacts audit;

    const Principal& principal() const { return account->principal; }
    const std::string& path_value(std::size_t index) const { return request.path_values.at(index); }
};

struct Route {
    std::string_view method;
    std::string_view path;
    Access access;
    WhenPasswordChangeIsForced when_forced;
    Deadline deadline;
    Awaitable<http::Response> (*handler)(const Services&, Call&);
    /// The stable word of what it does, in the audit log; empty: its calls are not written down, only refusals are. A
    /// handler may say more exactly what was asked for (Call::audit).
    std::string_view audit;
    std::string_view summary;
};

/// THE table of everything that can be called.
std::span<const Route> routes();

}  // namespace karmen::api
