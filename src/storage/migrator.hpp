#pragma once

#include "storage/database.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace karmen::storage {

/// One step of the schema, from storage/migrations/NNNN_name.sql. Versions begin at 10: Karmen 0.0.13 ended at 9.
struct Migration {
    int version;
    std::string_view name;
    std::string_view sql;
};

/// Those that are part of the program, by version.
std::span<const Migration> embedded_migrations();

/// What makes a database of Karmen 0.0.13 the same as the migrations up to this version make a new one.
std::span<const Migration> embedded_takeover();
inline bool is_takeover(const Migration& migration) {
    return migration.name == embedded_takeover().front().name;
}

/// A row of `schema_version`. Ours have the name of the migration as their description.
struct AppliedVersion {
    std::int64_t number = 0;
    std::string description;  ///< empty: none
};

/// What the migration does, in words for people: its lines of comment that begin with `-- *`.
std::vector<std::string_view> steps_of(const Migration& migration);

/// Brings a database to the schema that this program knows. Table `schema_version` holds what was applied. A PostgreSQL
/// database at version 9, as Karmen 0.0.13 left it, is taken over in place. Any thread, blocks.
///
/// Throws Error: kConflict for a database that holds versions which this program does not know, such as those of a
/// newer one, of one before 0.0.13 or of another line of Karmen, or tables but no versions; kInternal for a migration
/// that fails, which then has changed nothing; and what Session throws.
class Migrator {
  public:
    explicit Migrator(Database& database) : Migrator(database, embedded_migrations(), embedded_takeover()) {}
    /// `takeover` has one migration or none.
    Migrator(Database& database, std::span<const Migration> migrations, std::span<const Migration> takeover = {})
        : database_(database), migrations_(migrations), takeover_(takeover) {}

    /// What `migrate` would apply. Changes nothing.
    std::vector<Migration> pending();
    /// Applies what is missing, each migration in a transaction together with its row in schema_version, and returns
    /// what it applied. Of many processes that start at once each migration is applied by one, the others wait for it.
    std::vector<Migration> migrate();

  private:
    std::vector<Migration> missing(Session& session);
    std::vector<AppliedVersion> applied_versions(Session& session);
    bool is_to_be_taken_over(Session& session, const std::vector<AppliedVersion>& applied) const;
    bool was_taken_over(const std::vector<AppliedVersion>& applied) const;
    bool is_ours(const AppliedVersion& applied) const;
    void refuse_unknown(Session& session, const std::vector<AppliedVersion>& applied) const;
    void refuse_tables_without_versions(Session& session) const;
    bool apply(Session& session, const Migration& migration);

    Database& database_;
    std::span<const Migration> migrations_;
    std::span<const Migration> takeover_;
};

}  // namespace karmen::storage
