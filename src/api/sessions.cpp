#include "api/bearer_token.hpp"
#include "api/body.hpp"
#include "api/handlers.hpp"
#include "api/json_text.hpp"
#include "base/error.hpp"
#include "http/problem.hpp"

namespace karmen::api {

namespace {

http::Response token_response(boost::json::object tokens) {
    return http::Response::json(200, to_text(tokens));
}

using Purpose = identity::LoginPurpose;

Awaitable<identity::Sessions::Login> log_in(const Services& services, Call& call, Purpose purpose) {
    // Nobody has to be anybody to send this, and the loop parses it: a megabyte of JSON at a time would slow all
    // others.
    call.request.body->limit(services.limits.login_bytes_max);
    JsonBody body = co_await JsonBody::read(call.request);
    std::string username = body.required_text("username");
    std::string password = body.required_text("password");
    call.audit.username = username;
    body.finish();
    identity::LoginOrigin origin{.address = call.request.remote_address,
                                 .agent = std::string(call.request.headers.find("User-Agent").value_or(""))};
    co_return co_await services.sessions.log_in(std::move(username), std::move(password), std::move(origin),
                                                std::move(purpose));
}

/// Who sends a good token beside the password; a bad one is ignored.
Awaitable<std::optional<identity::Account>> present_account(const Services& services, const Call& call) {
    for (const crypto::TokenType type : {crypto::TokenType::kAccess, crypto::TokenType::kRefresh}) {
        try {
            co_return co_await services.sessions.identify(bearer_token(call.request), type);
        } catch (const Error& error) {
            if (http::status_of(error.code()) >= 500) throw;
        }
    }
    co_return std::nullopt;
}

}  // namespace

Answer authenticate(const Services& services, Call& call) {
    const auto login = co_await log_in(services, call, {Purpose::Kind::kSession});
    co_return token_response({{"access_token", login.access_token}, {"refresh_token", login.refresh_token}});
}

Answer authenticate_fresh(const Services& services, Call& call) {
    Purpose purpose{Purpose::Kind::kProof, co_await present_account(services, call)};
    const auto login = co_await log_in(services, call, std::move(purpose));
    co_return token_response({{"access_token", login.access_token}});
}

Answer authenticate_refresh(const Services& services, Call& call) {
    co_return token_response({{"access_token", services.sessions.refreshed_access_token(*call.account)}});
}

Answer probe(const Services&, Call& call) {
    const boost::json::object answer{{"force_pwd_change", call.account->local.force_password_change}};
    co_return http::Response::json(200, to_text(answer));
}

Answer change_own_password(const Services& services, Call& call) {
    JsonBody body = co_await JsonBody::read(call.request);
    std::string password = body.required_text("password");
    std::string new_password = body.required_text("new_password", identity::kNewPasswordBytesMax);
    if (body.required_text("new_password_confirmation", identity::kNewPasswordBytesMax) != new_password)
        body.fail("new_password_confirmation", "is not the same as new_password");
    body.finish();
    co_return token_response({{"access_token", co_await services.sessions.change_password(
                                                   *call.account, std::move(password), std::move(new_password),
                                                   call.request.remote_address)}});
}

}  // namespace karmen::api
