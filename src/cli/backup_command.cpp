#include "base/clock.hpp"
#include "base/display.hpp"
#include "base/error.hpp"
#include "cli/commands.hpp"
#include "crypto/secret.hpp"
#include "maintenance/backup/create.hpp"
#include "maintenance/backup/restore.hpp"
#include "maintenance/backup/verify.hpp"
#include "maintenance/data_directory.hpp"
#include "maintenance/database_access.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <numeric>
#include <string>

namespace karmen::cli {

namespace {

namespace fs = std::filesystem;

using maintenance::backup::Manifest;

struct Arguments {
    std::string target = ".";
    std::string verify;
};

void refuse_postgres(const config::Config& config, const char* command) {
    if (!maintenance::uses_postgres(config)) return;
    throw Error(ErrorCode::kInvalidInput,
                PublicMessage{fmt::format("karmen {} is for the embedded database, but the data of this installation "
                                          "is in PostgreSQL ({}): use pg_dump and pg_restore, and rsync for the "
                                          "g-code files, as operations.md in /usr/share/doc/karmen or in docs shows",
                                          command, maintenance::database_name(config))});
}

/// If the directory exists, a new one inside it gets the time as its name.
fs::path new_directory(const fs::path& wanted) {
    fs::path target = fs::absolute(wanted).lexically_normal();
    if (!target.has_filename()) target = target.parent_path();
    if (!fs::exists(target)) return target;
    if (!fs::is_directory(target) || fs::exists(target / maintenance::backup::kManifestName))
        throw Error(ErrorCode::kConflict,
                    PublicMessage{fmt::format("{} exists already; name a new directory, or one in which the backup "
                                              "gets a directory of its own",
                                              target.string())});
    const auto now = std::chrono::time_point_cast<std::chrono::seconds>(SystemClock().now());
    return target / fmt::format("karmen-backup-{:%Y%m%dT%H%M%SZ}", fmt::gmtime(now));
}

/// A backup inside the data directory would be lost together with the data, and files in the store count as g-codes.
void refuse_inside_of_data(const config::Config& config, const fs::path& target) {
    for (const fs::path& data : {fs::path(config.data_dir), maintenance::gcode_directory(config)}) {
        const auto relative = fs::weakly_canonical(target).lexically_relative(fs::weakly_canonical(data));
        if (relative.empty() || *relative.begin() == "..") continue;
        throw Error(ErrorCode::kInvalidInput,
                    PublicMessage{fmt::format("{} lies in {}, which it is a backup of; name a directory outside, best "
                                              "on another disk",
                                              target.string(), data.string())});
    }
}

std::string summary(const Manifest& manifest) {
    const auto gcodes = std::ranges::count_if(
        manifest.files, [](const auto& entry) { return entry.first.starts_with(maintenance::backup::kGcodeFolder); });
    const auto bytes =
        std::accumulate(manifest.files.begin(), manifest.files.end(), std::uint64_t{0},
                        [](std::uint64_t sum, const auto& entry) { return sum + entry.second.size_bytes; });
    return fmt::format("{} g-code files, {} in all", gcodes, human_size(static_cast<std::int64_t>(bytes)));
}

void print_lost(const Manifest& manifest) {
    for (const maintenance::backup::LostGcode& gcode : manifest.lost)
        fmt::print(stderr, "g-code {} ({}): {}: {}\n", gcode.id, printable(gcode.name), printable(gcode.path),
                   gcode.problem);
}

int make_backup(const config::Config& config, const fs::path& wanted) {
    refuse_postgres(config, "backup");
    const fs::path target = new_directory(wanted);
    refuse_inside_of_data(config, target);
    const maintenance::backup::Created created = maintenance::backup::create(config, target);
    fmt::print("{}: {}; read again and sound\n", created.directory.string(), summary(created.manifest));
    if (created.deleted_meanwhile > 0)
        fmt::print("Without {} g-codes that were deleted meanwhile\n", created.deleted_meanwhile);
    if (!config.auth.secret_key.empty())
        fmt::print(
            "The secret that signs tokens is in the configuration (auth.secret_key), not in the backup: keep it too\n");
    if (created.manifest.lost.empty()) return 0;
    fmt::print(stderr, "The backup is complete, but the data directory is not:\n");
    print_lost(created.manifest);
    return 1;
}

int verify_backup(const fs::path& directory) {
    const maintenance::backup::Verification verification = maintenance::backup::verify(directory);
    for (const std::string& problem : verification.problems) fmt::print(stderr, "{}\n", printable(problem));
    if (!verification.problems.empty()) return 1;
    fmt::print("{} of {}: {}; whole\n", directory.string(), local_time(verification.manifest.made),
               summary(verification.manifest));
    if (!verification.manifest.lost.empty()) fmt::print(stderr, "Lost already when it was made:\n");
    print_lost(verification.manifest);
    return 0;
}

int restore_backup(const config::Config& config, const fs::path& directory) {
    refuse_postgres(config, "restore");
    const Manifest manifest = maintenance::backup::restore(config, directory);
    fmt::print("{} holds what Karmen {} had on {}: {}\n", config.data_dir, printable(manifest.program),
               local_time(manifest.made), summary(manifest));
    if (!manifest.files.contains(crypto::kSecretFileName) && config.auth.secret_key.empty())
        fmt::print(
            "The backup has no signing secret: set auth.secret_key as it was, or everybody must log in again, "
            "and API tokens must be made anew\n");
    print_lost(manifest);
    return 0;
}

}  // namespace

void add_backup_command(CLI::App& program, Run& chosen) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App* command =
        program
            .add_subcommand("backup", "Copy the data of the embedded store, also while the server runs, and check it")
            ->fallthrough();
    CLI::Option* target = command->add_option("target", arguments->target,
                                              "A new directory, or one in which the backup gets a directory named "
                                              "after the time; else the current one");
    command->add_option("--verify", arguments->verify, "Make none, but check all of this one")
        ->type_name("DIRECTORY")
        ->excludes(target);
    command->callback([&chosen, arguments] {
        chosen = [arguments](const config::Config& config) {
            return arguments->verify.empty() ? make_backup(config, arguments->target)
                                             : verify_backup(arguments->verify);
        };
    });
}

void add_restore_command(CLI::App& program, Run& chosen) {
    const auto backup = std::make_shared<std::string>();
    CLI::App* command =
        program.add_subcommand("restore", "Bring a backup into an empty or new data directory, and check it")
            ->fallthrough();
    command->add_option("backup", *backup, "The directory that `karmen backup` made")->required();
    command->callback([&chosen, backup] {
        chosen = [backup](const config::Config& config) { return restore_backup(config, *backup); };
    });
}

}  // namespace karmen::cli
