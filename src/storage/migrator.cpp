#include "storage/migrator.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ranges>

namespace karmen::storage {
namespace {

// The columns that the migration tool of Karmen 0.0.13 fills too.
constexpr const char* kVersionTable = R"(
    CREATE TABLE IF NOT EXISTS schema_version (
        version       bigint PRIMARY KEY,
        description   varchar NOT NULL,
        installed_by  varchar NOT NULL,
        installed_on  {{timestamptz}} NOT NULL
    ))";

constexpr std::int64_t kLastOldVersion = 9;

bool has_table(Session& session, std::string_view name) {
    return session.one({std::string(session.dialect().find_table()), 1}, {name}, [](Row& row) { return row.text(); })
        .has_value();
}

bool is_applied(const std::vector<AppliedVersion>& applied, const Migration& migration) {
    return std::ranges::find(applied, migration.version, &AppliedVersion::number) != applied.end();
}

/// By version.
std::vector<AppliedVersion> read_rows(Session& session, std::string_view description) {
    auto rows = session.all(select({"version", description}, "FROM schema_version"), {}, [](Row& row) {
        const std::int64_t number = row.integer();
        return AppliedVersion{number, row.optional_text().value_or("")};
    });
    std::ranges::sort(rows, {}, &AppliedVersion::number);
    return rows;
}

/// None when there is no such table. It may be that of another tool: only `version` is sure.
std::vector<AppliedVersion> read_versions(Session& session) {
    if (!has_table(session, "schema_version")) return {};
    auto versions = read_rows(session, "NULL");
    if (versions.empty() || versions.back().number <= kLastOldVersion) return versions;
    // Only now: another process may just have taken the table over, which brings the column and the row at once.
    const auto columns = session.all({std::string(session.dialect().columns_of_table()), 1}, {"schema_version"},
                                     [](Row& row) { return row.text(); });
    return std::ranges::find(columns, "description") != columns.end() ? read_rows(session, "description") : versions;
}

}  // namespace

std::vector<std::string_view> steps_of(const Migration& migration) {
    constexpr std::string_view kMark = "-- * ";
    std::vector<std::string_view> steps;
    for (const std::string_view line : split(migration.sql, '\n'))
        if (line.starts_with(kMark)) steps.push_back(line.substr(kMark.size()));
    return steps;
}

std::vector<AppliedVersion> Migrator::applied_versions(Session& session) {
    auto versions = read_versions(session);
    if (versions.empty()) {
        refuse_tables_without_versions(session);
        versions = read_versions(session);  // another process may have made them in between
    }
    refuse_unknown(session, versions);
    return versions;
}

/// Karmen 0.0.13 knew nothing but PostgreSQL.
bool Migrator::is_to_be_taken_over(Session& session, const std::vector<AppliedVersion>& applied) const {
    return &session.dialect() == &postgres_dialect() && !takeover_.empty() && !applied.empty() &&
           applied.back().number == kLastOldVersion;
}

/// A number alone says nothing: a later Karmen of the old line may have used the same.
bool Migrator::is_ours(const AppliedVersion& applied) const {
    return std::ranges::any_of(std::array{migrations_, takeover_}, [&](std::span<const Migration> known) {
        return std::ranges::any_of(known, [&](const Migration& migration) {
            return migration.version == applied.number && migration.name == applied.description;
        });
    });
}

bool Migrator::was_taken_over(const std::vector<AppliedVersion>& applied) const {
    return !takeover_.empty() && std::ranges::any_of(applied, [&](const AppliedVersion& version) {
        return version.number == takeover_.front().version && version.description == takeover_.front().name;
    });
}

void Migrator::refuse_unknown(Session& session, const std::vector<AppliedVersion>& applied) const {
    const std::int64_t newest = migrations_.empty() ? 0 : migrations_.back().version;
    const bool may_be_old = was_taken_over(applied) || is_to_be_taken_over(session, applied);
    for (const AppliedVersion& version : applied | std::views::reverse) {
        if (is_ours(version)) continue;
        if (may_be_old && version.number <= kLastOldVersion) continue;
        const bool is_too_old = applied.back().number < kLastOldVersion;
        const char* meaning =
            version.number > newest ? "newer than this program"
            : is_too_old            ? "older than Karmen 0.0.13, whose version 9 can be taken over; run its last "
                                      "migrations first"
            : version.number > kLastOldVersion ? "of a version of Karmen that this program does not know"
                                               : "not one that this program can continue from";
        const bool has_name = version.number > kLastOldVersion && !version.description.empty();
        const std::string name = has_name ? fmt::format(" ({})", version.description) : "";
        throw Error(ErrorCode::kConflict,
                    PublicMessage{fmt::format(
                        "The database has schema version {}, which is {}; this program knows up to "
                        "version {}. Nothing was changed",
                        is_too_old ? std::to_string(applied.back().number) : std::to_string(version.number) + name,
                        meaning, newest)});
    }
}

/// Somebody else's, or a copy that was not made whole.
void Migrator::refuse_tables_without_versions(Session& session) const {
    if (takeover_.empty()) return;
    for (const char* table : {"users", "gcodes", "printers"})
        // Looked at again: another process may have made both in between.
        if (has_table(session, table) && read_versions(session).empty())
            throw Error(
                ErrorCode::kConflict,
                PublicMessage{fmt::format(
                    "The database has a table {}, but {} that would tell whose it is. Nothing was changed", table,
                    has_table(session, "schema_version") ? "nothing in table schema_version"
                                                         : "no table schema_version")});
}

std::vector<Migration> Migrator::missing(Session& session) {
    const auto applied = applied_versions(session);
    std::vector<Migration> result;
    if (is_to_be_taken_over(session, applied)) result.push_back(takeover_.front());
    for (const Migration& migration : migrations_)
        if (!is_applied(applied, migration) && (result.empty() || migration.version > result.front().version))
            result.push_back(migration);
    return result;
}

std::vector<Migration> Migrator::pending() {
    Session session = database_.lease();
    return missing(session);
}

std::vector<Migration> Migrator::migrate() {
    Session session = database_.lease();
    std::vector<Migration> result;
    for (const Migration& migration : missing(session))
        if (apply(session, migration)) result.push_back(migration);
    return result;
}

/// False when another process was faster.
bool Migrator::apply(Session& session, const Migration& migration) {
    Transaction transaction(session);
    session.run_script(session.dialect().expand(kVersionTable));
    if (is_applied(applied_versions(session), migration)) return false;
    try {
        session.run_script(session.dialect().expand(migration.sql));
    } catch (const Error& error) {
        throw Error(error.code(),
                    PublicMessage{fmt::format("Migration {} ({}) failed; nothing of it was kept", migration.version,
                                              migration.name)},
                    LogDetail{error.what()});
    }
    session.execute(
        "INSERT INTO schema_version (version, description, installed_by, installed_on) "
        "VALUES (:version, :description, :by, :time)",
        {{"version", migration.version},
         {"description", migration.name},
         {"by", "karmen"},
         {"time", SystemClock().now()}});
    transaction.commit();
    return true;
}

}  // namespace karmen::storage
