#include "maintenance/doctor/database_checks.hpp"

#include "base/error.hpp"
#include "files/store_inspection.hpp"
#include "maintenance/data_directory.hpp"
#include "maintenance/database_access.hpp"
#include "maintenance/doctor/data_checks.hpp"
#include "maintenance/odd_printer_hosts.hpp"
#include "storage/backend.hpp"
#include "storage/inspect.hpp"
#include "storage/migrator.hpp"
#include "storage/tables/gcode_repository.hpp"
#include "storage/tables/printer_repository.hpp"
#include "storage/tables/user_repository.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

namespace karmen::maintenance::doctor {

namespace {

constexpr const char* kDatabase = "database";
constexpr const char* kSchema = "schema";
constexpr const char* kAdministrator = "administrator";
constexpr std::size_t kShownMax = 3;

std::string first_few(const std::vector<std::string>& all) {
    const auto shown =
        std::vector(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), kShownMax)));
    return fmt::format("{}{}", fmt::join(shown, ", "), all.size() > kShownMax ? ", …" : "");
}

Finding check_integrity(storage::Database& database, const config::Config& config) {
    storage::Inspector inspector(database);
    const auto problems = inspector.integrity_problems(kShownMax + 1);
    if (!problems.empty())
        return error(kDatabase, fmt::format("it is damaged: {}; stop Karmen, keep a copy, and go back to a backup",
                                            first_few(problems)));
    const auto dangling = inspector.dangling_references();
    if (!dangling.empty())
        return error(
            kDatabase,
            fmt::format("rows refer to what is not there ({}): something else than Karmen wrote to it; go back "
                        "to a backup",
                        first_few(dangling)));
    return ok(kDatabase, uses_postgres(config) ? database_name(config) + " answers" : "sound");
}

/// Throws Error(kConflict) for a schema that this program does not know.
Finding check_schema(const std::vector<storage::Migration>& pending) {
    const int newest = storage::embedded_migrations().back().version;
    if (pending.empty()) return ok(kSchema, fmt::format("version {}, as this program has it", newest));
    return warning(kSchema,
                   fmt::format("older than this program's version {}; `karmen migrate` or the next `karmen serve` "
                               "converts it, make a backup before",
                               newest));
}

Finding check_administrator(storage::Database& database) {
    storage::UserRepository users(database);
    if (users.count() == 0) return ok(kAdministrator, "no account yet; the next start makes the first administrator");
    const auto able = users.count_able_to_log_in(Role::kAdmin);
    if (able == 0)
        return error(kAdministrator,
                     "none can log in; run `karmen user resume NAME`, `karmen user role NAME admin` or "
                     "`karmen user add NAME --role admin --random-password`");
    return ok(kAdministrator, fmt::format("{} can log in", able));
}

/// Names that people can confuse; each user logs in with the exact name.
Finding check_names(storage::Database& database) {
    constexpr const char* kNames = "user names";
    std::vector<std::string> groups;
    for (const auto& names : storage::UserRepository(database).colliding_names())
        groups.push_back(fmt::format("{}", fmt::join(names, " = ")));
    if (groups.empty()) return ok(kNames, "no two look alike");
    return warning(kNames,
                   fmt::format("these differ only by case, width, composition or blanks at the ends: {}; delete or "
                               "suspend the ones that are not used",
                               first_few(groups)));
}

Finding check_printer_hosts(storage::Database& database) {
    constexpr const char* kHosts = "printer hosts";
    const auto odd = odd_printer_hosts(storage::PrinterRepository(database).all());
    if (odd.empty()) return ok(kHosts, "each printer has an address of its own");
    return warning(kHosts, fmt::format("malformed, or of the same server: {}; give these printers other hosts, or "
                                       "remove them",
                                       first_few(odd)));
}

Findings check_files(storage::Database& database, const config::Config& config) {
    const std::filesystem::path store = gcode_directory(config);
    files::StoreInspection inspection(gcode_folders(config));
    std::size_t listed = 0;
    storage::GcodeRepository(database).each_path([&](std::int64_t, const std::string& path) {
        inspection.note_listed(path);
        ++listed;
    });
    Findings findings;
    const auto& missing = inspection.missing();
    const bool has_elsewhere = std::ranges::any_of(missing, [](const auto& path) { return path.starts_with('/'); });
    if (missing.empty())
        findings.push_back(ok("g-code rows", fmt::format("{} listed, each has its file", listed)));
    else
        findings.push_back(
            error("g-code rows", fmt::format("{} of {} have no file in {}: {}; {}", missing.size(), listed,
                                             store.string(), first_few(missing),
                                             has_elsewhere ? "what begins with / is what Karmen 0.0.13 called it: see "
                                                             "files.dir and files.old_dir"
                                                           : "bring the files back from a backup, or delete the "
                                                             "g-codes")));
    const bool will_be_moved = config.files.dir.empty() && !has_elsewhere;
    const char* what_becomes_of_them = will_be_moved ? "; the next start moves them to unlisted-gcodes" : "";
    const auto unlisted = inspection.unlisted();
    if (unlisted.empty())
        findings.push_back(ok("g-code files", "none without a row"));
    else
        findings.push_back(
            warning("g-code files", fmt::format("{} in {} have no row: {}{}", unlisted.size(), store.string(),
                                                first_few(unlisted), what_becomes_of_them)));
    return findings;
}

void examine(storage::Database& database, const config::Config& config, DatabaseReport& report) {
    Findings& findings = report.findings;
    findings.push_back(check_integrity(database, config));
    if (findings.back().level != Level::kOk) return;
    std::vector<storage::Migration> pending;
    try {
        pending = storage::Migrator(database).pending();
    } catch (const Error& failure) {
        findings.push_back(error(kSchema, failure.message() + "; start the Karmen that it belongs to"));
        return;
    }
    findings.push_back(check_schema(pending));
    if (!pending.empty()) return;
    const auto closed = storage::Inspector(database).tables_without_rights();
    if (!closed.empty()) {
        findings.push_back(error(
            kDatabase, fmt::format("the user may not read and write {}; GRANT it the rights", first_few(closed))));
        return;
    }
    findings.push_back(check_administrator(database));
    findings.push_back(check_names(database));
    findings.push_back(check_printer_hosts(database));
    try {
        std::ranges::move(check_files(database, config), std::back_inserter(findings));
    } catch (const std::filesystem::filesystem_error& failure) {
        // This is not a fault of the database; the check of the store explains it.
        findings.push_back(error("g-code files", fmt::format("they cannot be examined: {}", failure.what())));
    }
    report.newest_row = storage::Inspector(database).newest_row();
}

}  // namespace

DatabaseReport check_database(const config::Config& config) {
    DatabaseReport report;
    if (!uses_postgres(config)) {
        const std::filesystem::path file = database_file(config);
        if (!std::filesystem::exists(file)) {
            report.findings.push_back(error(
                kDatabase, fmt::format("there is no {}; is this the right directory? `karmen serve` makes a new one",
                                       file.string())));
            return report;
        }
        report.findings.push_back(check_database_files(file));
    }
    try {
        storage::Database database(open_backend(config, DatabaseUse::kInspect));
        examine(database, config, report);
    } catch (const std::exception& failure) {
        report.findings.push_back(
            error(kDatabase, fmt::format("it cannot be read: {}: {}", database_name(config), failure.what())));
    }
    return report;
}

}  // namespace karmen::maintenance::doctor
