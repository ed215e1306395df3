#include "api/json.hpp"
#include "base/display.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "cli/ask.hpp"
#include "cli/command_audit.hpp"
#include "cli/command_context.hpp"
#include "cli/command_group.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "identity/login_sessions.hpp"
#include "identity/users.hpp"

#include <fmt/core.h>

#include <limits>
#include <string>
#include <vector>

namespace karmen::cli {

namespace {

/// The use cases of the server, on its database.
class UserAdministration {
    template <class Change>
    auto done(const std::string& action, const std::string& name, Change change) {
        return audited(context_.persistence, action, name, change);
    }

  public:
    explicit UserAdministration(const config::Config& config,
                                maintenance::UnreadyDatabase unready = maintenance::UnreadyDatabase::kRefuse)
        : context_(config, unready),
          users_(context_.persistence.users, context_.clock, lists_, context_.blocking, context_.blocking,
                 config.auth.bcrypt_cost),
          login_sessions_(context_.persistence.login_sessions, context_.clock, context_.blocking) {}

    User create(identity::NewUser user) {
        const std::string name = user.username;
        return done("account.add", name, [&] { return context_.run(users_.create(std::move(user))); });
    }
    User find(const std::string& name) { return context_.run(users_.find_by_username(name)); }
    User change(const std::string& action, const std::string& name, storage::UserChange change) {
        return done(action, name, [&] { return context_.run(users_.change(find(name).uuid, change)); });
    }
    void set_password(const std::string& name, const std::string& password) {
        done("password.change", name, [&] { context_.run(users_.set_password(name, password)); });
    }
    void remove(const std::string& name) {
        done("account.remove", name, [&] { context_.run(users_.remove(find(name).uuid)); });
    }
    std::vector<LoginSession> sessions(const std::string& name) {
        return context_.run(login_sessions_.list(find(name).uuid));
    }
    void end_sessions(const std::string& name) {
        done("session.end_all", name, [&] { context_.run(login_sessions_.end_all(find(name).uuid)); });
    }
    std::vector<User> all() {
        return all_pages({.order_by = ListQuery::Order{"username", Direction::kAscending}},
                         std::numeric_limits<std::size_t>::max(),
                         [this](const ListQuery& query) { return context_.run(users_.list(query)); });
    }

    bool has_administrator() { return context_.persistence.users.count_able_to_log_in(Role::kAdmin) > 0; }

  private:
    CommandContext context_;
    // Nobody else waits.
    storage::ListReader lists_{context_.blocking, context_.blocking, std::chrono::hours(1)};
    identity::Users users_;
    identity::LoginSessions login_sessions_;
};

Role role_of(const std::string& text) {
    if (const auto role = from_word<Role>(text)) return *role;
    throw Error::invalid("/role", "must be admin or user");
}

/// The arguments of all actions; each action uses some of them.
struct Arguments {
    std::string name;
    std::string role = "user";
    bool random_password = false;
    bool json = false;
};

std::string new_password(const Arguments& arguments) {
    return arguments.random_password ? random_password(16) : ask_for_new_secret("New password");
}

void say_password(const Arguments& arguments, const std::string& password) {
    if (arguments.random_password) fmt::print("Password: {}\n", password);
    fmt::print("It must be changed at the next login.\n");
}

/// Only a warning, because the command line can undo the change.
void warn_without_administrator(UserAdministration& users) {
    if (users.has_administrator()) return;
    fmt::print(stderr,
               "karmen: no administrator can log in any more; `karmen user resume NAME` or `karmen user role NAME "
               "admin` changes that\n");
}

int add(const config::Config& config, const Arguments& arguments) {
    const Role role = role_of(arguments.role);
    UserAdministration users(config, maintenance::UnreadyDatabase::kMakeNew);
    const std::string password = new_password(arguments);
    const User user = users.create({.username = arguments.name, .password = password, .role = role});
    fmt::print("Added {} {}\n", to_string(user.role), printable(user.username));
    say_password(arguments, password);
    return 0;
}

int list(const config::Config& config, const Arguments& arguments) {
    const std::vector<User> users = UserAdministration(config).all();
    if (arguments.json) {
        print(json_array(users, [](const User& user) { return api::to_json(user); }));
        return 0;
    }
    Table table({"USERNAME", "ROLE", "SUSPENDED", "UUID"});
    for (const User& user : users)
        table.add(
            {user.username, std::string(to_string(user.role)), user.suspended ? "yes" : "no", user.uuid.to_string()});
    print(table);
    return 0;
}

int set_password(const config::Config& config, const Arguments& arguments) {
    UserAdministration users(config);
    users.find(arguments.name);
    const std::string password = new_password(arguments);
    users.set_password(arguments.name, password);
    fmt::print("Changed the password of {}; tokens made with the old one no longer work\n", printable(arguments.name));
    say_password(arguments, password);
    return 0;
}

int suspend(const config::Config& config, const Arguments& arguments) {
    UserAdministration users(config);
    users.change("account.suspend", arguments.name, {.suspended = true});
    fmt::print("Suspended {}\n", printable(arguments.name));
    warn_without_administrator(users);
    return 0;
}

int resume(const config::Config& config, const Arguments& arguments) {
    UserAdministration(config).change("account.resume", arguments.name, {.suspended = false});
    fmt::print("Resumed {}\n", printable(arguments.name));
    return 0;
}

int set_role(const config::Config& config, const Arguments& arguments) {
    UserAdministration users(config);
    users.change("account.role", arguments.name, {.role = role_of(arguments.role)});
    fmt::print("{} is {} now\n", printable(arguments.name), arguments.role);
    warn_without_administrator(users);
    return 0;
}

int remove(const config::Config& config, const Arguments& arguments) {
    UserAdministration(config).remove(arguments.name);
    fmt::print("Deleted {}; g-codes and print jobs keep the name\n", printable(arguments.name));
    return 0;
}

int list_sessions(const config::Config& config, const Arguments& arguments) {
    const auto sessions = UserAdministration(config).sessions(arguments.name);
    if (arguments.json) {
        print(json_array(sessions, [](const LoginSession& session) { return api::to_json(session); }));
        return 0;
    }
    Table table({"BEGAN", "LAST USED", "ADDRESS", "AGENT", "ID"});
    for (const LoginSession& session : sessions)
        table.add({to_iso8601(session.created), to_iso8601(session.last_used), session.address, session.agent,
                   session.id.to_string()});
    print(table);
    return 0;
}

int end_sessions(const config::Config& config, const Arguments& arguments) {
    UserAdministration(config).end_sessions(arguments.name);
    fmt::print("Ended all sessions of {}; API tokens go on working: `karmen token list --user NAME`\n",
               printable(arguments.name));
    return 0;
}

}  // namespace

void add_user_command(CLI::App& program, Run& chosen) {
    CommandGroup<Arguments> group(program, chosen, "user", "Manage accounts, also while the server runs");
    Arguments& arguments = group.arguments();
    const auto takes_password = [&](CLI::App* sub) {
        CLI::Option* from_stdin = sub->add_flag("--password-stdin");
        from_stdin->description("Read the password from standard input (the default)");
        sub->add_flag("--random-password", arguments.random_password, "Make a password and print it")
            ->excludes(from_stdin);
    };

    CLI::App* add_action = group.add("add", "Add an account", add);
    add_action->add_option("name", arguments.name, "Username")->required();
    add_action->add_option("--role", arguments.role, "admin or user")->capture_default_str();
    takes_password(add_action);
    group.add("list", "List all accounts", list)->add_flag("--json", arguments.json, "Print one JSON array");
    CLI::App* password_action = group.add("set-password", "Give an account a new password", set_password);
    password_action->add_option("name", arguments.name, "Username")->required();
    takes_password(password_action);
    group.add("suspend", "Lock an account", suspend)->add_option("name", arguments.name, "Username")->required();
    group.add("resume", "Unlock an account", resume)->add_option("name", arguments.name, "Username")->required();
    group.add("delete", "Delete an account", remove)->add_option("name", arguments.name, "Username")->required();
    CLI::App* sessions_action =
        group.add("sessions", "List the log-ins of an account that have not ended", list_sessions);
    sessions_action->add_option("name", arguments.name, "Username")->required();
    sessions_action->add_flag("--json", arguments.json, "Print one JSON array");
    group.add("end-sessions", "End all log-ins of an account", end_sessions)
        ->add_option("name", arguments.name, "Username")
        ->required();
    CLI::App* role_action = group.add("role", "Make an account admin or user", set_role);
    role_action->add_option("name", arguments.name, "Username")->required();
    role_action->add_option("role", arguments.role, "admin or user")->required();
}

}  // namespace karmen::cli
