#pragma once

#include "api/openapi/facts.hpp"
#include "domain/access.hpp"
#include "events/event_history.hpp"
#include "http/message.hpp"
#include "identity/api_tokens.hpp"
#include "identity/audit_entries.hpp"
#include "identity/audit_trail.hpp"
#include "identity/login_sessions.hpp"
#include "identity/sessions.hpp"
#include "identity/users.hpp"
#include "runtime/awaitable.hpp"
#include "services/app_keys.hpp"
#include "services/gcodes.hpp"
#include "services/printer_control.hpp"
#include "services/printer_probes.hpp"
#include "services/printers.hpp"
#include "services/printjobs.hpp"
#include "services/readiness.hpp"
#include "services/settings.hpp"
#include "services/tasks.hpp"
#include "services/thumbnails.hpp"
#include "services/webcams.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace karmen::api {

/// What a request must carry.
enum class Credential {
    kNone,
    kAccessToken,
    kRefreshToken,
    kPageToken,    ///< an access token, also as `?token=`, because `<img>` and EventSource cannot send a header
    kWebcamToken,  ///< the same, or nothing if webcams are open to all
    kApiKey,       ///< an access token, sent like an OctoPrint key: for slicers
};

/// Whether the token must have been made from a password.
enum class Freshness {
    kAny,
    kFresh,
    kFreshByDefault,  ///< any token is enough if `auth.fresh_admin` is `accounts`
};

/// Who may call a route.
struct Access {
    Credential credential = Credential::kAccessToken;
    Role role = Role::kUser;
    Freshness freshness = Freshness::kAny;
};

inline constexpr Access kAnyone{.credential = Credential::kNone};
inline constexpr Access kRefreshToken{.credential = Credential::kRefreshToken};
inline constexpr Access kUser{};
inline constexpr Access kFollower{.credential = Credential::kPageToken};
inline constexpr Access kViewer{.credential = Credential::kWebcamToken};
inline constexpr Access kApiKey{.credential = Credential::kApiKey};
inline constexpr Access kFreshUser{.freshness = Freshness::kFresh};
inline constexpr Access kFreshAdmin{.role = Role::kAdmin, .freshness = Freshness::kFresh};  ///< of accounts
inline constexpr Access kAdmin{.role = Role::kAdmin, .freshness = Freshness::kFreshByDefault};

/// Whether an account that must change its password first may still call it.
enum class WhenPasswordChangeIsForced { kRefuse, kAllow };

/// The time limit of a request: the handler's timeout, or none because its body or its printer sets the pace.
enum class Deadline { kHandler, kOwn };

/// Far more than a name and a password need.
inline constexpr std::uint64_t kLoginBytesMax = 16UL * 1024;

struct Limits {
    std::uint64_t upload_bytes_max = 1024ULL * 1024 * 1024;
    std::uint64_t login_bytes_max = kLoginBytesMax;
    std::chrono::milliseconds event_pulse_interval{15'000};  ///< of a stream where nothing happens
};

class OpenApiDocument;
class PrinterTexts;
class StreamChecks;

/// The use cases that handlers call. Made by the composition root.
struct Services {
    identity::Sessions& sessions;
    identity::Users& users;
    identity::LoginSessions& login_sessions;
    identity::ApiTokens& api_tokens;
    services::Settings& settings;
    services::Tasks& tasks;
    services::Printers& printers;
    PrinterTexts& printer_texts;
    services::PrinterControl& control;
    services::PrinterProbes& probes;
    services::AppKeys& app_keys;
    services::Gcodes& gcodes;
    services::Thumbnails& thumbnails;
    services::PrintJobs& printjobs;
    services::PrintJobTracker& print_tracker;
    services::Webcams& webcams;
    events::EventHistory& events;
    services::Readiness& readiness;
    identity::AuditTrail& audit;
    identity::AuditEntries& audit_entries;
    StreamChecks& stream_checks;
    const OpenApiDocument& openapi;
    Limits limits;
};

/// What the audit log says about a request in addition to its route and path.
struct AuditFacts {
    std::string_view action;  ///< see api/audit.hpp; a handler may make it more exact
    std::string target;       ///< from the body; never a secret
    std::string username;     ///< that a log-in tried
};

/// One request on its way through a handler, after the checks of its route.
struct Call {
    http::Request& request;
    std::optional<identity::Account> account;  ///< present if the route needs a token
    AuditFacts audit;

    /// Only if the route needs a token. NOLINTNEXTLINE(bugprone-unchecked-optional-access)
    const Principal& principal() const { return account->principal; }
    const std::string& path_value(std::size_t index) const { return request.path_values.at(index); }
};

using Answer = Awaitable<http::Response>;

/// Everything about one operation: its checks, its handler, and its description in /openapi.json. Rows are beside their
/// handlers.
struct Route {
    std::string_view method;
    std::string path;
    std::string summary;
    Access access;
    WhenPasswordChangeIsForced when_forced = WhenPasswordChangeIsForced::kRefuse;
    Deadline deadline = Deadline::kHandler;
    Answer (*handler)(const Services&, Call&) = nullptr;
    /// The stable word for its action in the audit log. If it is empty, only refusals are written down. A handler may
    /// make it more exact (Call::audit).
    std::string_view audit = {};
    std::vector<AnswerFacts> answers = {};
    BodyFacts body = {};
    QueryFacts query = QueryFacts::kNone;
    std::vector<ErrorCode> errors = {};  ///< in addition to those that follow from the rest of the row
    std::string_view note = {};          ///< what else a reader must know
};

}  // namespace karmen::api
