#pragma once

#include "storage/database.hpp"

#include <cstdint>
#include <span>
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

/// What the migration does, in words for people: its lines of comment that begin with `-- *`.
std::vector<std::string_view> steps_of(const Migration& migration);

/// Brings a database to the schema that this program knows. Table `schema_version` holds what was applied. Any thread,
/// blocks.
///
/// Throws Error: kConflict for a database that holds versions which this program does not know, such as those of a
/// newer one; kInternal for a migration that fails, which then has changed nothing; and what Session throws.
class Migrator {
  public:
    explicit Migrator(Database& database) : Migrator(database, embedded_migrations()) {}
    Migrator(Database& database, std::span<const Migration> migrations)
        : database_(database), migrations_(migrations) {}

    /// What `migrate` would apply. Changes nothing.
    std::vector<Migration> pending();
    /// Applies what is missing, each migration in a transaction together with its row in schema_version, and returns
    /// what it applied. Of many processes that start at once each migration is applied by one, the others wait for it.
    std::vector<Migration> migrate();

  private:
    std::vector<Migration> missing(Session& session);
    std::vector<std::int64_t> applied_versions(Session& session);
    void refuse_unknown(const std::vector<std::int64_t>& applied) const;
    bool apply(Session& session, const Migration& migration);

    Database& database_;
    std::span<const Migration> migrations_;
};

}  // namespace karmen::storage
