#include "storage/migrator.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
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

bool is_applied(const std::vector<std::int64_t>& applied, const Migration& migration) {
    return std::ranges::find(applied, migration.version) != applied.end();
}

}  // namespace

std::vector<std::string_view> steps_of(const Migration& migration) {
    constexpr std::string_view kMark = "-- * ";
    std::vector<std::string_view> steps;
    for (const std::string_view line : split(migration.sql, '\n'))
        if (line.starts_with(kMark)) steps.push_back(line.substr(kMark.size()));
    return steps;
}

std::vector<std::int64_t> Migrator::applied_versions(Session& session) {
    if (!has_table(session, "schema_version")) {
        refuse_tables_without_versions(session);
        if (!has_table(session, "schema_version")) return {};
    }
    // The table may be that of another tool: only `version` is known of it.
    auto versions = session.all(select({"version"}, "FROM schema_version"), {}, [](Row& row) { return row.integer(); });
    std::ranges::sort(versions);
    refuse_unknown(session, versions);
    return versions;
}

/// Karmen 0.0.13 knew nothing but PostgreSQL.
bool Migrator::is_to_be_taken_over(Session& session, const std::vector<std::int64_t>& applied) const {
    return &session.dialect() == &postgres_dialect() && !takeover_.empty() && !applied.empty() &&
           applied.back() == kLastOldVersion;
}

void Migrator::refuse_unknown(Session& session, const std::vector<std::int64_t>& applied) const {
    const std::int64_t newest = migrations_.empty() ? 0 : migrations_.back().version;
    const bool was_taken_over = !takeover_.empty() && is_applied(applied, takeover_.front());
    const bool may_be_old = was_taken_over || is_to_be_taken_over(session, applied);
    for (const std::int64_t version : applied | std::views::reverse) {
        if (std::ranges::find(migrations_, version, &Migration::version) != migrations_.end()) continue;
        if (may_be_old && version <= kLastOldVersion) continue;
        const bool is_too_old = applied.back() < kLastOldVersion;
        const char* meaning = version > newest ? "newer than this program"
                              : is_too_old
                                  ? "older than Karmen 0.0.13, whose version 9 can be taken over; run its last "
                                    "migrations first"
                                  : "not one that this program can continue from";
        throw Error(
            ErrorCode::kConflict,
            PublicMessage{fmt::format("The database has schema version {}, which is {}; this program knows up to "
                                      "version {}. Nothing was changed",
                                      is_too_old ? applied.back() : version, meaning, newest)});
    }
}

/// Somebody else's, or a copy that was not made whole.
void Migrator::refuse_tables_without_versions(Session& session) const {
    for (const char* table : {"users", "gcodes", "printers"})
        // Looked at again: another process may have made both in between.
        if (!takeover_.empty() && has_table(session, table) && !has_table(session, "schema_version"))
            throw Error(ErrorCode::kConflict,
                        PublicMessage{fmt::format("The database has a table {}, but no table schema_version that would "
                                                  "tell whose it is. Nothing was changed",
                                                  table)});
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
        {migration.version, migration.name, "karmen", SystemClock().now()});
    transaction.commit();
    return true;
}

}  // namespace karmen::storage
