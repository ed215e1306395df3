#include "app/persistence.hpp"

#include "app/database_access.hpp"
#include "base/error.hpp"
#include "storage/inspect.hpp"
#include "storage/migrator.hpp"

#include <fmt/ranges.h>

namespace karmen::app {

namespace {

/// With a pool of its own: converting takes longer than the requests of a server may.
void bring_up_to_date(const config::Config& config, OldDatabase old_database) {
    const bool may_migrate = config.storage.migrate_at_start == config::MigrateAtStart::kYes;
    storage::Database database(open_backend(config, may_migrate ? DatabaseUse::kMigrate : DatabaseUse::kWork),
                               {.sessions_max = 1});
    storage::Migrator migrator(database);
    const auto pending = migrator.pending();
    if (!pending.empty() && is_takeover(pending.front()) && old_database == OldDatabase::kRefuse)
        throw Error(ErrorCode::kConflict,
                    PublicMessage{"it is one of Karmen 0.0.13; `karmen migrate` or `karmen serve` takes it over"});
    if (may_migrate)
        migrator.migrate();
    else if (!pending.empty())
        throw Error(ErrorCode::kConflict,
                    PublicMessage{fmt::format("it is older than this program (version {} and later are missing), and "
                                              "storage.migrate_at_start is no; run `karmen migrate`",
                                              pending.front().version)});
    const auto closed = storage::Inspector(database).tables_without_rights();
    if (!closed.empty())
        throw Error(ErrorCode::kStorageUnavailable,
                    PublicMessage{fmt::format("its user may not read and write {}: GRANT ALL ON ALL TABLES IN SCHEMA "
                                              "and ON ALL SEQUENCES IN SCHEMA … TO …",
                                              fmt::join(closed, ", "))});
}

const config::Config& up_to_date(const config::Config& config, OldDatabase old_database) {
    bring_up_to_date(config, old_database);
    return config;
}

}  // namespace

Persistence::Persistence(const config::Config& config, OldDatabase old_database) try
    : database_(open_backend(up_to_date(config, old_database), DatabaseUse::kWork),
                {.sessions_max = static_cast<std::size_t>(config.storage.connections)}) {
} catch (const Error& error) {
    throw Error(error.code(), PublicMessage{database_name(config) + ": " + error.message()}, LogDetail{error.detail()});
}

void Persistence::require_reachable() {
    database_.lease().one({"SELECT 1", 1}, {}, [](storage::Row& row) { return row.integer(); });
}

}  // namespace karmen::app
