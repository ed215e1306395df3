#include "api/bearer_token.hpp"
#include "api/body.hpp"
#include "api/json_text.hpp"
#include "api/routes.hpp"
#include "base/error.hpp"
#include "http/problem.hpp"

namespace karmen::api {

namespace {

http::Response token_response(boost::json::object tokens) {
    return http::Response::json(200, to_text(tokens));
}

using Purpose = identity::LoginPurpose;

Awaitable<identity::Sessions::Login> log_in(const Services& services, Call& call, Purpose purpose) {
    // Anybody can send this, and the loop parses it: bodies of a megabyte would slow down all others.
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

/// The account of a valid token that is sent beside the password; an invalid token is ignored.
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

constexpr std::string_view kLogin =
    "The body has at most 16 KiB. Of a password the first 72 bytes are compared. 429: this address, or this user at "
    "this address, comes too often or has failed too often; an IPv6 address counts as its /64 network. 503: the server "
    "is busy for all.";

constexpr std::string_view kProof =
    "As `authenticate`. If the request carries a good token of the same user, access or refresh, the new token belongs "
    "to its "
    "session: after a change of the password that session goes on.";

}  // namespace

std::vector<Route> session_routes() {
    using enum ErrorCode;
    return {
        {.method = "POST",
         .path = "/users/me/authenticate",
         .summary = "Log in: a fresh access token and a refresh token",
         .access = kAnyone,
         .when_forced = WhenPasswordChangeIsForced::kAllow,
         .handler = authenticate,
         .audit = "login",
         .answers = {{200, "Tokens"}},
         .body = {"Credentials"},
         .errors = {kWrongCredentials, kUserSuspended, kTooManyRequests, kServiceUnavailable},
         .note = kLogin},
        {.method = "POST",
         .path = "/users/me/authenticate-fresh",
         .summary = "Prove the password again: a fresh access token",
         .access = kAnyone,
         .when_forced = WhenPasswordChangeIsForced::kAllow,
         .handler = authenticate_fresh,
         .audit = "login.fresh",
         .answers = {{200, "AccessToken"}},
         .body = {"Credentials"},
         .errors = {kWrongCredentials, kUserSuspended, kTooManyRequests, kServiceUnavailable},
         .note = kProof},
        {.method = "POST",
         .path = "/users/me/authenticate-refresh",
         .summary = "A new access token for a refresh token",
         .access = kRefreshToken,
         .when_forced = WhenPasswordChangeIsForced::kAllow,
         .handler = authenticate_refresh,
         .audit = "session.refresh",
         .answers = {{200, "AccessToken"}}},
        {.method = "GET",
         .path = "/users/me/probe",
         .summary = "Whether the token is good and the password must be changed",
         .access = kUser,
         .when_forced = WhenPasswordChangeIsForced::kAllow,
         .handler = probe,
         .answers = {{200, "Probe"}}},
        {.method = "PATCH",
         .path = "/users/me",
         .summary = "Change the own password",
         .access = kFreshUser,
         .when_forced = WhenPasswordChangeIsForced::kAllow,
         .handler = change_own_password,
         .audit = "password.change",
         .answers = {{200, "AccessToken"}},
         .body = {"PasswordChange"},
         .errors = {kTooManyRequests, kServiceUnavailable, kDiskFull},
         .note =
             "All other sessions of the user end: their access and refresh tokens stop working. The session that makes "
             "the change goes on, with its refresh token too."},
    };
}

}  // namespace karmen::api
