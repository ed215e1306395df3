#include "app/commands.hpp"
#include "app/persistence.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "runtime/loop.hpp"
#include "runtime/pool.hpp"
#include "services/users.hpp"

#include <fmt/core.h>

#include <iostream>
#include <memory>
#include <string>
#include <termios.h>
#include <unistd.h>

namespace karmen::app {

namespace {

/// The users of the database in the data directory, without a server; one that runs sees the changes at once.
class UserAdministration {
  public:
    explicit UserAdministration(const config::Config& config)
        : persistence_(config), users_(persistence_.users, clock_, pool_, pool_, config.auth.bcrypt_cost) {}

    User create(services::NewUser user) { return loop_.run_until_done(users_.create(std::move(user))); }
    User find(const std::string& name) { return loop_.run_until_done(users_.find_by_username(name)); }
    User change(const std::string& name, storage::UserChange change) {
        return loop_.run_until_done(users_.change(find(name).uuid, change));
    }
    void set_password(const std::string& name, const std::string& password) {
        loop_.run_until_done(users_.set_password(name, password));
    }
    void print_all() {
        fmt::print("{:<32} {:<6} {:<10} {}\n", "USERNAME", "ROLE", "SUSPENDED", "UUID");
        ListQuery query{.limit = kListLimitMax, .order_by = ListQuery::Order{"username", Direction::kAscending}};
        do {
            const auto page = loop_.run_until_done(users_.list(query));
            for (const User& user : page.rows)
                fmt::print("{:<32} {:<6} {:<10} {}\n", user.username, to_string(user.role),
                           user.suspended ? "yes" : "no", user.uuid.to_string());
            query.start_with = page.next;
        } while (query.start_with);
    }

  private:
    Loop loop_;
    SystemClock clock_;
    Persistence persistence_;
    Pool pool_{"user administration", 1, 1};
    services::Users users_;
};

/// Reads a line without showing it.
std::string ask_for_password() {
    termios shown{};
    const bool is_terminal = ::tcgetattr(STDIN_FILENO, &shown) == 0;
    if (is_terminal) {
        termios hidden = shown;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
        fmt::print(stderr, "New password: ");
    }
    std::string password;
    std::getline(std::cin, password);
    if (is_terminal) {
        ::tcsetattr(STDIN_FILENO, TCSANOW, &shown);
        fmt::print(stderr, "\n");
    }
    return password;
}

Role role_of(const std::string& text) {
    if (const auto role = parse_role(text)) return *role;
    throw Error::invalid("/role", "must be admin or user");
}

/// What the arguments of all the actions are read into; each action uses some.
struct Arguments {
    std::string name;
    std::string role = "user";
    bool random_password = false;
};

std::string new_password(const Arguments& arguments) {
    return arguments.random_password ? random_password(16) : ask_for_password();
}

void say_password(const Arguments& arguments, const std::string& password) {
    if (arguments.random_password) fmt::print("Password: {}\n", password);
    fmt::print("It must be changed at the next login.\n");
}

int add(const config::Config& config, const Arguments& arguments) {
    const Role role = role_of(arguments.role);
    UserAdministration users(config);
    const std::string password = new_password(arguments);
    const User user = users.create({.username = arguments.name, .password = password, .role = role});
    fmt::print("Added {} {}\n", to_string(user.role), user.username);
    say_password(arguments, password);
    return 0;
}

int list(const config::Config& config, const Arguments&) {
    UserAdministration(config).print_all();
    return 0;
}

int set_password(const config::Config& config, const Arguments& arguments) {
    UserAdministration users(config);
    users.find(arguments.name);
    const std::string password = new_password(arguments);
    users.set_password(arguments.name, password);
    fmt::print("Changed the password of {}; tokens made with the old one no longer work\n", arguments.name);
    say_password(arguments, password);
    return 0;
}

int suspend(const config::Config& config, const Arguments& arguments) {
    UserAdministration(config).change(arguments.name, {.suspended = true});
    fmt::print("Suspended {}\n", arguments.name);
    return 0;
}

int resume(const config::Config& config, const Arguments& arguments) {
    UserAdministration(config).change(arguments.name, {.suspended = false});
    fmt::print("Resumed {}\n", arguments.name);
    return 0;
}

int set_role(const config::Config& config, const Arguments& arguments) {
    UserAdministration(config).change(arguments.name, {.role = role_of(arguments.role)});
    fmt::print("{} is {} now\n", arguments.name, arguments.role);
    return 0;
}

}  // namespace

void add_user_command(CLI::App& program, Run& chosen) {
    CLI::App* command = program.add_subcommand("user", "Manage accounts, also while the server runs");
    command->require_subcommand(1)->fallthrough();
    const auto arguments = std::make_shared<Arguments>();
    const auto action = [&](const char* name, const char* help, int (*run)(const config::Config&, const Arguments&)) {
        CLI::App* sub = command->add_subcommand(name, help)->fallthrough();
        sub->callback([&chosen, run, arguments] {
            chosen = [run, arguments](const config::Config& config) { return run(config, *arguments); };
        });
        return sub;
    };
    const auto takes_password = [&](CLI::App* sub) {
        sub->add_flag("--password-stdin")->description("Read the password from standard input (the default)");
        sub->add_flag("--random-password", arguments->random_password, "Make a password and print it");
    };

    CLI::App* add_action = action("add", "Add an account", add);
    add_action->add_option("name", arguments->name, "Username")->required();
    add_action->add_option("--role", arguments->role, "admin or user")->capture_default_str();
    takes_password(add_action);
    action("list", "List all accounts", list);
    CLI::App* password_action = action("set-password", "Give an account a new password", set_password);
    password_action->add_option("name", arguments->name, "Username")->required();
    takes_password(password_action);
    action("suspend", "Lock an account", suspend)->add_option("name", arguments->name, "Username")->required();
    action("resume", "Unlock an account", resume)->add_option("name", arguments->name, "Username")->required();
    CLI::App* role_action = action("role", "Make an account admin or user", set_role);
    role_action->add_option("name", arguments->name, "Username")->required();
    role_action->add_option("role", arguments->role, "admin or user")->required();
}

}  // namespace karmen::app
