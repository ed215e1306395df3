#include "api/json.hpp"
#include "base/display.hpp"
#include "base/error.hpp"
#include "cli/command_audit.hpp"
#include "cli/command_group.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "maintenance/persistence.hpp"

#include <boost/json/object.hpp>
#include <fmt/core.h>

#include <optional>
#include <string>

namespace karmen::cli {

namespace {

struct Arguments {
    std::string user;
    std::string jti;
    bool json = false;
};

/// As the API shows a token to its owner, with what an operator wants to know besides.
boost::json::object to_json(const storage::OwnedApiToken& owned) {
    boost::json::object object = api::to_json(owned.token);
    object["user_uuid"] = owned.token.user.to_string();
    object["username"] = owned.username;
    object["revoked"] = owned.token.revoked;
    return object;
}

std::optional<Uuid> user_called(maintenance::Persistence& persistence, const std::string& name) {
    if (name.empty()) return std::nullopt;
    const auto user = persistence.users.find_by_username(name);
    if (!user) throw Error(ErrorCode::kUserNotFound, PublicMessage{"There is no user " + name});
    return user->uuid;
}

int list(const config::Config& config, const Arguments& arguments) {
    maintenance::Persistence persistence(config);
    const auto tokens = persistence.api_tokens.list_with_users(user_called(persistence, arguments.user));
    if (arguments.json) {
        print(json_array(tokens, to_json));
        return 0;
    }
    Table table({"JTI", "USER", "NAME", "CREATED", "REVOKED"});
    for (const auto& [token, username] : tokens)
        table.add(
            {token.jti.to_string(), username, token.name, local_time(token.created), token.revoked ? "yes" : "no"});
    print(table);
    return 0;
}

int revoke(const config::Config& config, const Arguments& arguments) {
    const auto jti = Uuid::parse(arguments.jti);
    if (!jti) throw Error::invalid("/jti", "must be a UUID, as `karmen token list` shows it");
    maintenance::Persistence persistence(config);
    const bool was_good =
        audited(persistence, "token.revoke", jti->to_string(), [&] { return persistence.api_tokens.revoke(*jti); });
    const auto token = persistence.api_tokens.find(*jti);
    if (!token) throw Error(ErrorCode::kTokenNotFound, PublicMessage{"There is no such token"});
    fmt::print("{} {}\n", was_good ? "Revoked" : "Was revoked before:", printable(token->name));
    return 0;
}

}  // namespace

void add_token_command(CLI::App& program, Run& chosen) {
    CommandGroup<Arguments> group(program, chosen, "token", "Manage API tokens, also while the server runs");
    CLI::App* list_action = group.add("list", "List all API tokens", list);
    list_action->add_option("--user", group.arguments().user, "Only those of this user")->type_name("NAME");
    list_action->add_flag("--json", group.arguments().json, "Print one JSON array");
    group.add("revoke", "Make an API token worthless", revoke)
        ->add_option("jti", group.arguments().jti, "Which, as `karmen token list` shows it")
        ->required();
}

}  // namespace karmen::cli
