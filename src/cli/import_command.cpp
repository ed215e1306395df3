#include "base/display.hpp"
#include "base/error.hpp"
#include "cli/commands.hpp"
#include "files/gcode_store.hpp"
#include "maintenance/data_directory.hpp"
#include "maintenance/database_access.hpp"
#include "maintenance/odd_printer_hosts.hpp"
#include "storage/migrator.hpp"
#include "storage/tables/gcode_repository.hpp"
#include "storage/takeover/importer.hpp"

#include <fmt/core.h>

#include <string>

namespace karmen::cli {

namespace {

using storage::Importer;
using storage::PostgresOptions;

struct Arguments {
    std::string from;
    Importer::IfNotEmpty if_not_empty = Importer::IfNotEmpty::kRefuse;
};

/// Only to read, without a time limit.
storage::Database open_source(const config::Config& config, const std::string& url) {
    auto options = config;
    options.storage.postgres_url = url;
    options.storage.statement_timeout = std::chrono::hours(24);
    return storage::Database(maintenance::open_backend(options, maintenance::DatabaseUse::kInspect),
                             {.sessions_max = 2});
}

/// Rows of Karmen 0.0.13 name their files by absolute paths.
std::string what_of_the_files(storage::Database& database, const config::Config& config) {
    const files::StoreFolders folders = maintenance::gcode_folders(config);
    std::string outside;
    storage::GcodeRepository(database).each_path([&](std::int64_t, const std::string& path) {
        if (outside.empty() && !files::path_below(folders, path)) outside = path;
    });
    if (outside.empty())
        return fmt::format("The g-code files were not copied: they belong into {}", folders.root.string());
    return fmt::format(
        "The g-code files were not copied, and its rows name files elsewhere, such as {}. Set files.dir to the folder "
        "that holds them; where they have moved, set files.old_dir too, to what the rows call that folder",
        printable(outside));
}

int run(const config::Config& config, const Arguments& arguments) {
    if (maintenance::uses_postgres(config))
        throw Error(ErrorCode::kInvalidInput,
                    PublicMessage{"karmen import brings data into the embedded database, but storage.postgres_url or "
                                  "POSTGRES_HOST names another; to convert that one, run `karmen migrate`"});
    const maintenance::DataDirectoryLock lock(config, maintenance::DataDirectoryLock::Use::kAlone);
    storage::Database source = open_source(config, arguments.from);
    storage::Database target(maintenance::open_backend(config, maintenance::DatabaseUse::kLongWork));
    storage::Migrator(target).migrate();
    const auto copied = Importer(source, target).run(arguments.if_not_empty);
    for (const auto& [table, rows] : copied) fmt::print("{:<12} {:>9} rows\n", table, rows);
    fmt::print("{} holds now what {} held. {}\n", maintenance::database_name(config),
               storage::postgres_name(arguments.from), what_of_the_files(target, config));
    fmt::print("{}", maintenance::note_of_odd_printer_hosts(target));
    return 0;
}

}  // namespace

void add_import_command(CLI::App& program, Run& chosen) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App* command =
        program
            .add_subcommand("import", "Copy a PostgreSQL database, also one of Karmen 0.0.13, into the embedded one")
            ->fallthrough();
    command
        ->add_option("--from", arguments->from,
                     "postgres://user@host:port/database; the password, which others would see here, is better left to "
                     "PGPASSWORD or ~/.pgpass")
        ->required();
    command->add_flag_callback("--replace", [arguments] { arguments->if_not_empty = Importer::IfNotEmpty::kReplace; })
        ->description("Delete what the embedded database holds");
    command->callback([&chosen, arguments] {
        chosen = [arguments](const config::Config& config) { return run(config, *arguments); };
    });
}

}  // namespace karmen::cli
