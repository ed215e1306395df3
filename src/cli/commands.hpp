#pragma once

#include "config/config.hpp"

#include <CLI/App.hpp>

#include <functional>

/// The subcommands of `karmen`. Each adds itself to the command line and says what to run if it is chosen.
namespace karmen::cli {

/// What a chosen subcommand does; the result is the exit code of the program.
using Run = std::function<int(const config::Config&)>;

void add_server_commands(CLI::App& program, Run& chosen);
void add_user_command(CLI::App& program, Run& chosen);
void add_token_command(CLI::App& program, Run& chosen);
void add_printer_command(CLI::App& program, Run& chosen);
void add_gcode_command(CLI::App& program, Run& chosen);
void add_printjob_command(CLI::App& program, Run& chosen);
void add_doctor_command(CLI::App& program, Run& chosen);
void add_audit_command(CLI::App& program, Run& chosen);
void add_tasks_command(CLI::App& program, Run& chosen);
void add_migrate_command(CLI::App& program, Run& chosen);
void add_import_command(CLI::App& program, Run& chosen);
void add_backup_command(CLI::App& program, Run& chosen);
void add_restore_command(CLI::App& program, Run& chosen);
void add_config_command(CLI::App& program, Run& chosen);
void add_fake_printer_command(CLI::App& program, Run& chosen);

}  // namespace karmen::cli
