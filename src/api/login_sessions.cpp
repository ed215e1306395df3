#include "api/json.hpp"
#include "api/json_text.hpp"
#include "api/routes.hpp"
#include "api/users.hpp"
#include "base/error.hpp"

namespace karmen::api {

namespace {

Answer session_list(const Services& services, const Call& call, Uuid user) {
    boost::json::array items;
    for (const LoginSession& session : co_await services.login_sessions.list(user)) {
        boost::json::object item = to_json(session);
        item["current"] = session.id == call.account->claims.session;
        items.emplace_back(std::move(item));
    }
    co_return http::Response::json(200, to_text(boost::json::object{{"items", std::move(items)}}));
}

Answer list_own_sessions(const Services& services, Call& call) {
    co_return co_await session_list(services, call, call.principal().user);
}

Answer end_own_session(const Services& services, Call& call) {
    const auto session = Uuid::parse(call.path_value(0));
    if (!session) throw Error(ErrorCode::kSessionNotFound, PublicMessage{"There is no such session"});
    co_await services.login_sessions.end(call.principal().user, *session);
    co_return http::Response::no_content();
}

Answer log_out(const Services& services, Call& call) {
    co_await services.sessions.log_out(*call.account);
    co_return http::Response::no_content();
}

Answer list_sessions(const Services& services, Call& call) {
    const User user = co_await require_user(services, call);
    co_return co_await session_list(services, call, user.uuid);
}

Answer end_sessions(const Services& services, Call& call) {
    const User user = co_await require_user(services, call);
    co_await services.login_sessions.end_all(user.uuid);
    co_return http::Response::no_content();
}

constexpr std::string_view kEndOfSession = "Its access and refresh tokens stop working; its streams end.";

}  // namespace

std::vector<Route> login_session_routes() {
    using enum ErrorCode;
    return {
        {.method = "GET",
         .path = "/users/me/sessions",
         .summary = "The own log-ins that have not ended",
         .access = kFreshUser,
         .handler = list_own_sessions,
         .answers = {{200, "SessionList"}},
         .note = "A session is what a log-in began. `last_used` is exact to a minute."},
        {.method = "DELETE",
         .path = "/users/me/sessions/{session}",
         .summary = "End one of the own log-ins",
         .access = kFreshUser,
         .handler = end_own_session,
         .audit = "session.end",
         .answers = {{204}},
         .errors = {kSessionNotFound, kDiskFull},
         .note = kEndOfSession},
        {.method = "POST",
         .path = "/users/me/logout",
         .summary = "Log out: end the log-in that the token came from",
         .access = kUser,
         .when_forced = WhenPasswordChangeIsForced::kAllow,
         .handler = log_out,
         .audit = "logout",
         .answers = {{204}},
         .errors = {kConflict, kDiskFull},
         .note =
             "The access and refresh tokens of this log-in stop working. `conflict`: the token came from no log-in, as "
             "API tokens do."},
        {.method = "GET",
         .path = "/users/{uuid}/sessions",
         .summary = "The log-ins of an account that have not ended",
         .access = kFreshAdmin,
         .handler = list_sessions,
         .answers = {{200, "SessionList"}},
         .errors = {kUserNotFound}},
        {.method = "DELETE",
         .path = "/users/{uuid}/sessions",
         .summary = "End all log-ins of an account",
         .access = kFreshAdmin,
         .handler = end_sessions,
         .audit = "session.end_all",
         .answers = {{204}},
         .errors = {kUserNotFound, kDiskFull},
         .note = kEndOfSession},
    };
}

}  // namespace karmen::api
