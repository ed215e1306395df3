#include "base/display.hpp"
#include "base/error.hpp"
#include "base/version.hpp"
#include "cli/commands.hpp"
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
    cli::Run chosen;
    cli::add_server_commands(program, chosen);
    cli::add_user_command(program, chosen);
    cli::add_token_command(program, chosen);
    cli::add_printer_command(program, chosen);
    cli::add_gcode_command(program, chosen);
    cli::add_printjob_command(program, chosen);
    cli::add_doctor_command(program, chosen);
    cli::add_audit_command(program, chosen);
    cli::add_tasks_command(program, chosen);
    cli::add_migrate_command(program, chosen);
    cli::add_import_command(program, chosen);
    cli::add_backup_command(program, chosen);
    cli::add_restore_command(program, chosen);
    cli::add_config_command(program, chosen);
    cli::add_fake_printer_command(program, chosen);
    try {
        program.parse(argc, argv);
    } catch (const CLI::ExtrasError&) {
        for (const std::string& line : config::unknown_arguments(program)) fmt::print(stderr, "{}\n", printable(line));
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
        for (const std::string& problem : error.problems()) fmt::print(stderr, "{}\n", printable(problem));
        return kExitUsage;
    } catch (const Error& error) {
        fmt::print(stderr, "karmen: {}\n", printable_lines(error.what()));
    } catch (const std::exception& error) {
        fmt::print(stderr, "karmen: {}\n", printable_lines(error.what()));
    }
    return kExitFailure;
}
