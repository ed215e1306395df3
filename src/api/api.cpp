#include "api/api.hpp"

#include "api/audit.hpp"
#include "api/bearer_token.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "http/problem.hpp"

namespace karmen::api {

namespace {

/// Neither `<img>` nor EventSource can send a header: the token may stand in the address instead.
std::string_view token_of_page(const http::Request& request) {
    const auto in_address = http::find(request.query, "token");
    if (request.headers.find("Authorization") || !in_address) return bearer_token(request);
    return *in_address;
}

/// The places where OctoPrint looks for a key, in its order. Slicers send the first header even if they have no key.
std::string_view api_key(const http::Request& request) {
    const std::string_view key = trim(request.headers.find("X-Api-Key").value_or(""));
    if (!key.empty()) return key;
    if (const auto token = find_bearer_token(request.headers.find("Authorization").value_or(""))) return *token;
    return http::find(request.query, "apikey").value_or("");
}

void require_role(const Route& route, const Principal& who) {
    if (route.access.role == Role::kAdmin && who.role != Role::kAdmin)
        throw Error(ErrorCode::kRoleRequired, PublicMessage{"Token does not match the required role of admin"});
}

void require_fresh(const Route& route, const Principal& who, FreshAdmin fresh_admin) {
    const Freshness wanted = route.access.freshness;
    const bool needs_fresh =
        wanted == Freshness::kFresh || (wanted == Freshness::kFreshByDefault && fresh_admin == FreshAdmin::kAll);
    if (needs_fresh && !who.is_fresh)
        throw Error(ErrorCode::kFreshTokenRequired, PublicMessage{"Fresh token required"});
}

void require_own_password(const Route& route, const identity::Account& account) {
    if (account.local.force_password_change && route.when_forced == WhenPasswordChangeIsForced::kRefuse)
        throw Error(ErrorCode::kPasswordChangeRequired, PublicMessage{"Password change is enforced on this account!"});
}

/// No cache may store an answer, unless the handler allows it: most answers are private and soon out of date.
void forbid_caching(http::Response& response) {
    if (!response.headers.find("Cache-Control")) response.headers.set("Cache-Control", "private, no-store");
}

http::Response method_not_allowed(const http::Request& request, const http::Router& router) {
    http::Response response = http::problem_response(
        Error(ErrorCode::kMethodNotAllowed, PublicMessage{"The method is not allowed here"}), request.id);
    response.headers.set("Allow", router.allowed_methods(request.segments));
    return response;
}

}  // namespace

Api::Api(std::span<const Route> routes, Services services, ApiOptions options)
    : routes_(routes), services_(services), options_(std::move(options)) {
    for (std::size_t i = 0; i < routes_.size(); ++i) router_.add(routes_[i].method, routes_[i].path, i);
}

// The server handles the request id, the access log, the timeouts and the limits, before and after this.
// The rest, in this order:
//  1. OPTIONS is answered for every known path
//  2. path and method have a route
//  3. the token is there, well-made and of its type
//  4. the user exists and is not suspended, and the token is not revoked
//  5. the role
//  6. the freshness
//  7. no password change is forced
//  8. the handler
Awaitable<http::Response> Api::answer(http::Request& request) const {
    if (auto options = http::answer_options(request, router_)) co_return std::move(*options);
    const Route* route = find_route(request);
    if (!route) co_return method_not_allowed(request, router_);
    Call call{.request = request, .account = {}, .audit = {.action = route->audit}};
    co_return co_await audited(*route, call);
}

Awaitable<http::Response> Api::handle(const Route& route, Call& call) const {
    if (route.deadline == Deadline::kOwn) call.request.lift_deadline();
    co_return co_await route.handler(services_, call);
}

/// The only place that writes requests into the audit log. The row of a successful action is written before the answer
/// is sent.
Awaitable<http::Response> Api::audited(const Route& route, Call& call) const {
    const bool is_recorded = !call.audit.action.empty();
    bool is_let_in = false;
    http::Response response;
    try {
        co_await check_access(route, call);
        is_let_in = true;
        response = co_await handle(route, call);
    } catch (const Error& error) {
        const bool is_refused = !is_let_in && http::status_of(error.code()) < 500;
        if (is_recorded || is_refused) services_.audit.begin(audit_entry(route, call, to_word(error.code())));
        throw;
    } catch (...) {
        if (is_recorded) services_.audit.begin(audit_entry(route, call, kAuditBrokenOff));
        throw;
    }
    if (is_recorded) co_await services_.audit.record(audit_entry(route, call, kAuditOk));
    co_return response;
}

void Api::finish(const http::Request& request, http::Response& response) const {
    forbid_caching(response);
    http::add_cors(options_.cors, request, response);
}

/// Null if the path is known only with other methods.
const Route* Api::find_route(http::Request& request) const {
    http::Router::Result found = router_.find(request.method, request.segments);
    if (auto* match = std::get_if<http::Router::Match>(&found)) {
        request.path_values = std::move(match->values);
        return &routes_[match->route];
    }
    if (std::holds_alternative<http::Router::MethodNotAllowed>(found)) return nullptr;
    throw Error(ErrorCode::kNotFound, PublicMessage{"There is nothing at this address"});
}

/// As in OctoPrint, every fault of a key gets the same 403.
Awaitable<identity::Account> Api::check_api_key(const Route& route, const http::Request& request) const {
    try {
        identity::Account account = co_await services_.sessions.identify(api_key(request), crypto::TokenType::kAccess);
        require_own_password(route, account);
        co_return account;
    } catch (const Error& error) {
        if (http::status_of(error.code()) >= 500) throw;
        throw Error(ErrorCode::kForbidden,
                    PublicMessage{"You don't have the permission to access the requested resource. It is either "
                                  "read-protected or not readable by the server."},
                    LogDetail{error.message()});
    }
}

Awaitable<void> Api::check_access(const Route& route, Call& call) const {
    const Credential wanted = route.access.credential;
    const http::Request& request = call.request;
    if (wanted == Credential::kNone) co_return;
    if (wanted == Credential::kWebcamToken && options_.webcam_access == WebcamAccess::kOpen) co_return;
    if (wanted == Credential::kApiKey) {
        call.account = co_await check_api_key(route, request);
        co_return;
    }
    const auto type = wanted == Credential::kRefreshToken ? crypto::TokenType::kRefresh : crypto::TokenType::kAccess;
    const bool is_for_pages = wanted == Credential::kPageToken || wanted == Credential::kWebcamToken;
    const std::string_view token = is_for_pages ? token_of_page(request) : bearer_token(request);
    // From here on the account is known, also for the audit log if the call is refused.
    call.account = co_await services_.sessions.identify(token, type);
    const identity::Account& account = *call.account;
    require_role(route, account.principal);
    require_fresh(route, account.principal, options_.fresh_admin);
    require_own_password(route, account);
}

}  // namespace karmen::api
