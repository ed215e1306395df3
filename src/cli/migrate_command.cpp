#include "cli/commands.hpp"
#include "maintenance/database_access.hpp"
#include "maintenance/odd_printer_hosts.hpp"
#include "storage/database.hpp"
#include "storage/migrator.hpp"

#include <fmt/core.h>

#include <filesystem>

namespace karmen::cli {

namespace {

void print(std::string_view what, const storage::Migration& migration) {
    fmt::print("{} version {}: {}\n", what, migration.version, migration.name);
    for (const std::string_view step : storage::steps_of(migration)) fmt::print("  - {}\n", step);
}

std::vector<storage::Migration> pending(const config::Config& config) {
    if (!maintenance::uses_postgres(config) && !std::filesystem::exists(maintenance::database_file(config))) {
        const auto all = storage::embedded_migrations();
        return {all.begin(), all.end()};
    }
    storage::Database database(maintenance::open_backend(config, maintenance::DatabaseUse::kInspect),
                               {.sessions_max = 1});
    return storage::Migrator(database).pending();
}

int show(const config::Config& config) {
    const auto migrations = pending(config);
    for (const storage::Migration& migration : migrations) print("Would convert to", migration);
    if (migrations.empty())
        fmt::print("Nothing is to be done: {} is what this program needs\n", maintenance::database_name(config));
    return 0;
}

int migrate(const config::Config& config) {
    storage::Database database(maintenance::open_backend(config, maintenance::DatabaseUse::kLongWork),
                               {.sessions_max = 1});
    const auto migrations = storage::Migrator(database).migrate();
    for (const storage::Migration& migration : migrations) print("Converted to", migration);
    fmt::print("{} is what this program needs\n", maintenance::database_name(config));
    if (!migrations.empty()) fmt::print("{}", maintenance::note_of_odd_printer_hosts(database));
    return 0;
}

Run named(int (*run)(const config::Config&)) {
    return [run](const config::Config& config) {
        try {
            return run(config);
        } catch (const Error& error) {
            throw Error(error.code(), PublicMessage{maintenance::database_name(config) + ": " + error.message()},
                        LogDetail{error.detail()});
        }
    };
}

}  // namespace

void add_migrate_command(CLI::App& program, Run& chosen) {
    CLI::App* command =
        program.add_subcommand("migrate", "Convert the database to what this program needs; also one of Karmen 0.0.13")
            ->fallthrough();
    const auto* dry_run = command->add_flag("--dry-run")->description("Only show what would be done");
    command->callback([&chosen, dry_run] { chosen = named(dry_run->count() > 0 ? show : migrate); });
}

}  // namespace karmen::cli
