#include "app/commands.hpp"
#include "app/output.hpp"
#include "base/error.hpp"
#include "base/version.hpp"
#include "config/flags.hpp"
#include "config/load.hpp"
#include "config/process.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/core.h>

#include <csignal>
#include <exception>

namespace {

using namespace karmen;

constexpr int kExitFailure = 1;
constexpr int kExitUsage = 2;

int run_program(int argc, char** argv) {
    CLI::App program("Karmen: one place to watch and run many 3D printers", "karmen");
    program.require_subcommand(1);
    program.set_version_flag("--version", kVersion);
    config::Flags flags;
    config::add_flags(program, flags);
    app::Run chosen;
    app::add_server_commands(program, chosen);
    app::add_user_command(program, chosen);
    app::add_token_command(program, chosen);
    app::add_printer_command(program, chosen);
    app::add_gcode_command(program, chosen);
    app::add_printjob_command(program, chosen);
    app::add_doctor_command(program, chosen);
    app::add_audit_command(program, chosen);
    app::add_tasks_command(program, chosen);
    app::add_migrate_command(program, chosen);
    app::add_import_command(program, chosen);
    app::add_backup_command(program, chosen);
    app::add_restore_command(program, chosen);
    app::add_config_command(program, chosen);
    app::add_fake_printer_command(program, chosen);
    try {
        program.parse(argc, argv);
    } catch (const CLI::ExtrasError&) {
        for (const std::string& line : config::unknown_arguments(program))
            fmt::print(stderr, "{}\n", app::printable(line));
        return kExitUsage;
    } catch (const CLI::ParseError& error) {
        return program.exit(error) == 0 ? 0 : kExitUsage;
    }
    return chosen(config::load({config::read_file, config::process_environment(), flags}));
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return run_program(argc, argv);
    } catch (const config::ConfigError& error) {
        for (const std::string& problem : error.problems()) fmt::print(stderr, "{}\n", app::printable(problem));
        return kExitUsage;
    } catch (const Error& error) {
        fmt::print(stderr, "karmen: {}\n", app::printable_lines(error.what()));
    } catch (const std::exception& error) {
        fmt::print(stderr, "karmen: {}\n", app::printable_lines(error.what()));
    }
    return kExitFailure;
}
