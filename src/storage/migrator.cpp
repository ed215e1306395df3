#include "storage/migrator.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

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
    const auto has_table = session.one({std::string(session.dialect().find_table()), 1}, {"schema_version"},
                                       [](Row& row) { return row.text(); });
    if (!has_table) return {};
    auto versions = session.all(select({"version"}, "FROM schema_version ORDER BY version"), {},
                                [](Row& row) { return row.integer(); });
    refuse_unknown(versions);
    return versions;
}

void Migrator::refuse_unknown(const std::vector<std::int64_t>& applied) const {
    const std::int64_t newest = migrations_.empty() ? 0 : migrations_.back().version;
    for (const std::int64_t version : applied) {
        if (std::ranges::find(migrations_, version, &Migration::version) != migrations_.end()) continue;
        const char* meaning =
            version > newest ? "newer than this program" : "not one that this program can continue from";
        throw Error(
            ErrorCode::kConflict,
            PublicMessage{fmt::format("The database has schema version {}, which is {}; this program knows up to "
                                      "version {}. Nothing was changed",
                                      version, meaning, newest)});
    }
}

std::vector<Migration> Migrator::missing(Session& session) {
    const auto applied = applied_versions(session);
    std::vector<Migration> result;
    for (const Migration& migration : migrations_)
        if (!is_applied(applied, migration)) result.push_back(migration);
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
