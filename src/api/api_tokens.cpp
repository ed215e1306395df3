#include "api/body.hpp"
#include "api/json.hpp"
#include "api/json_text.hpp"
#include "api/routes.hpp"

namespace karmen::api {

namespace {

Answer list_api_tokens(const Services& services, Call& call) {
    boost::json::array items;
    for (const ApiToken& token : co_await services.api_tokens.list(call.principal()))
        items.emplace_back(to_json(token));
    co_return http::Response::json(200, to_text(boost::json::object{{"items", std::move(items)}}));
}

Answer add_api_token(const Services& services, Call& call) {
    JsonBody body = co_await JsonBody::read(call.request);
    std::string name = body.required_text("name");
    call.audit.target = name;
    body.finish();
    const auto created = co_await services.api_tokens.create(call.principal(), std::move(name));
    boost::json::object answer = to_json(created.token);
    answer["access_token"] = created.access_token;
    co_return http::Response::json(201, to_text(answer));
}

Answer revoke_api_token(const Services& services, Call& call) {
    co_await services.api_tokens.revoke(call.principal(), call.path_value(0));
    co_return http::Response::no_content();
}

}  // namespace

std::vector<Route> api_token_routes() {
    using enum ErrorCode;
    return {
        {.method = "GET",
         .path = "/users/me/tokens",
         .summary = "The own API tokens",
         .access = kFreshUser,
         .handler = list_api_tokens,
         .answers = {{200, "ApiTokenList"}}},
        {.method = "POST",
         .path = "/users/me/tokens",
         .summary = "Make an API token",
         .access = kFreshUser,
         .handler = add_api_token,
         .audit = "token.add",
         .answers = {{201, "NewApiToken"}},
         .body = {"ApiTokenRequest"},
         .errors = {kDiskFull}},
        {.method = "DELETE",
         .path = "/users/me/tokens/{jti}",
         .summary = "Revoke an API token",
         .access = kFreshUser,
         .handler = revoke_api_token,
         .audit = "token.revoke",
         .answers = {{204}},
         .errors = {kTokenNotFound, kNotOwner, kDiskFull}},
    };
}

}  // namespace karmen::api
