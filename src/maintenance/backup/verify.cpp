#include "maintenance/backup/verify.hpp"

#include "base/error.hpp"
#include "maintenance/backup/files.hpp"
#include "storage/inspect.hpp"
#include "storage/migrator.hpp"
#include "storage/snapshot.hpp"
#include "storage/tables/gcode_repository.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace karmen::maintenance::backup {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDatabaseProblemsMax = 5;

/// Empty if the file is sound.
std::string problem_of(const fs::path& file, const Content& expected) {
    try {
        const FileDescriptor open = open_file(file);
        if (!open) return "it is missing";
        const Content found = content_of(open, file);
        if (found.size_bytes != expected.size_bytes)
            return fmt::format("it has {} bytes instead of {}", found.size_bytes, expected.size_bytes);
        return found == expected ? "" : "its content has changed";
    } catch (const Error& failure) {
        return failure.message();
    }
}

/// Finds g-codes without a file that the manifest does not list as lost before.
void check_rows(storage::Database& database, Verification& verification) {
    std::set<std::int64_t> lost;
    for (const LostGcode& gcode : verification.manifest.lost) lost.insert(gcode.id);
    storage::GcodeRepository(database).each_path([&](std::int64_t id, const std::string& path) {
        const std::string in_backup = fmt::format("{}/{}", kGcodeFolder, path);
        if (!lost.contains(id) && !verification.manifest.files.contains(in_backup))
            verification.problems.push_back(
                fmt::format("{}: g-code {} has it, but {} does not list it", in_backup, id, kManifestName));
    });
}

void check_database(const fs::path& file, Verification& verification) {
    const auto add = [&](const std::string& problem) {
        verification.problems.push_back(fmt::format("{}: {}", kDatabaseName, problem));
    };
    try {
        storage::Database database(storage::snapshot_backend(file), {.sessions_max = 1});
        storage::Inspector inspector(database);
        for (const std::string& problem : inspector.integrity_problems(kDatabaseProblemsMax)) add(problem);
        for (const std::string& rows : inspector.dangling_references()) add("rows refer to what is not there: " + rows);
        if (!verification.problems.empty()) return;
        storage::Migrator(database).pending();  // throws for one that this program does not know
        check_rows(database, verification);
    } catch (const Error& failure) {
        add(failure.what());
    }
}

}  // namespace

Verification verify(const fs::path& directory) {
    Verification verification{.manifest = read_manifest(directory)};
    const auto& files = verification.manifest.files;
    for (const auto& [path, content] : files)
        if (const std::string problem = problem_of(directory / path, content); !problem.empty())
            verification.problems.push_back(fmt::format("{}: {}", path, problem));
    if (!files.contains(kDatabaseName))
        verification.problems.push_back(fmt::format("{}: {} does not list it", kDatabaseName, kManifestName));
    // Only if the file is unchanged: SQLite would read changed bytes as valid data.
    const bool is_database_whole = std::ranges::none_of(
        verification.problems, [](const std::string& problem) { return problem.starts_with(kDatabaseName); });
    if (is_database_whole) check_database(directory / kDatabaseName, verification);
    return verification;
}

}  // namespace karmen::maintenance::backup
