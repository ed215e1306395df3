#include "api/handlers.hpp"
#include "api/json.hpp"
#include "api/json_text.hpp"
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

}  // namespace

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

}  // namespace karmen::api
