#include "api/users.hpp"

#include "api/body.hpp"
#include "api/json_text.hpp"
#include "api/list.hpp"
#include "api/routes.hpp"

namespace karmen::api {

Awaitable<User> require_user(const Services& services, const Call& call) {
    const auto uuid = Uuid::parse(call.path_value(0));
    if (!uuid) throw Error(ErrorCode::kUserNotFound, PublicMessage{"There is no such user"});
    co_return co_await services.users.require(*uuid);
}

namespace {

std::optional<Role> read_role(JsonBody& body) {
    const auto text = body.optional_text("role");
    const auto role = text ? from_word<Role>(*text) : std::nullopt;
    if (body.has("role") && !role) body.fail("role", "must be admin or user");
    return role;
}

std::string_view action_of(const storage::UserChange& change) {
    if (!change.role && change.suspended) return *change.suspended ? "account.suspend" : "account.resume";
    return change.role && !change.suspended ? "account.role" : "account.change";
}

Answer list_users(const Services& services, Call& call) {
    const ListRequest list = parse_list_request(call.request);
    co_return list_response(call.request.prefix + "/users", list, co_await services.users.list(list.query));
}

Answer add_user(const Services& services, Call& call) {
    JsonBody body = co_await JsonBody::read(call.request);
    identity::NewUser user{.username = body.required_text("username"),
                           .password = body.required_text("password", identity::kNewPasswordBytesMax)};
    call.audit.target = user.username;
    const auto role = read_role(body);
    if (!body.has("role")) body.fail("role", "is required");
    if (body.required_text("password_confirmation", identity::kNewPasswordBytesMax) != user.password)
        body.fail("password_confirmation", "is not the same as password");
    body.finish();
    user.role = *role;
    co_return http::Response::json(201, to_text(co_await services.users.create(std::move(user))));
}

Answer change_user(const Services& services, Call& call) {
    const User user = co_await require_user(services, call);
    if (user.uuid == call.principal().user)
        throw Error(ErrorCode::kConflict, PublicMessage{"Nobody can change the own role or suspend the own account"});
    JsonBody body = co_await JsonBody::read(call.request);
    const storage::UserChange change{.role = read_role(body), .suspended = body.optional_bool("suspended")};
    body.finish();
    call.audit.action = action_of(change);
    co_return http::Response::json(200, to_text(co_await services.users.change(user.uuid, change)));
}

Answer remove_user(const Services& services, Call& call) {
    const User user = co_await require_user(services, call);
    if (user.uuid == call.principal().user)
        throw Error(ErrorCode::kConflict, PublicMessage{"Nobody can delete the own account"});
    co_await services.users.remove(user.uuid);
    co_return http::Response::no_content();
}

}  // namespace

std::vector<Route> user_routes() {
    using enum ErrorCode;
    using enum QueryFacts;
    return {
        {.method = "GET",
         .path = "/users",
         .summary = "All accounts",
         .access = kFreshAdmin,
         .handler = list_users,
         .answers = {{200, "UserPage"}},
         .query = kList},
        {.method = "POST",
         .path = "/users",
         .summary = "Add an account",
         .access = kFreshAdmin,
         .handler = add_user,
         .audit = "account.add",
         .answers = {{201, "User"}},
         .body = {"NewUser"},
         .errors = {kConflict, kDiskFull}},
        {.method = "PATCH",
         .path = "/users/{uuid}",
         .summary = "Change role or suspension of an account",
         .access = kFreshAdmin,
         .handler = change_user,
         .audit = "account.change",
         .answers = {{200, "User"}},
         .body = {"UserChange"},
         .errors = {kUserNotFound, kConflict, kDiskFull},
         .note = "Suspension ends all sessions of the account for good; API tokens work again after it."},
        {.method = "DELETE",
         .path = "/users/{uuid}",
         .summary = "Delete an account",
         .access = kFreshAdmin,
         .handler = remove_user,
         .audit = "account.remove",
         .answers = {{204}},
         .errors = {kUserNotFound, kConflict, kDiskFull},
         .note =
             "Its sessions and API tokens end with it; its g-codes and print jobs stay, and keep its name. `conflict`: "
             "nobody can delete the own account or the last administrator."},
    };
}

}  // namespace karmen::api
