#include "maintenance/persistence.hpp"

#include "base/error.hpp"
#include "maintenance/database_access.hpp"
#include "storage/inspect.hpp"
#include "storage/migrator.hpp"

#include <fmt/ranges.h>

#include <filesystem>
#include <vector>

namespace karmen::maintenance {

namespace {

Error refused(const std::string& why) {
    return {ErrorCode::kConflict, PublicMessage{why}};
}

/// Throws Error if the database is missing and may not be created.
void check_pending(const std::vector<storage::Migration>& pending, UnreadyDatabase unready, bool may_migrate) {
    const bool is_taken_over = is_takeover(pending.front());
    const bool is_empty = !is_taken_over && pending.size() == storage::embedded_migrations().size();
    if (is_taken_over && unready != UnreadyDatabase::kConvert)
        throw refused("it is one of Karmen 0.0.13; `karmen migrate` or `karmen serve` takes it over");
    if (is_empty && unready == UnreadyDatabase::kRefuse)
        throw refused("it is empty; is this the right one? `karmen migrate` or the start of the server fills it");
    if (!is_empty && unready != UnreadyDatabase::kConvert)
        throw refused("it is of an older version of Karmen; run `karmen migrate`, or start the server");
    if (!may_migrate)
        throw refused(
            fmt::format("it is older than this program (version {} and later are missing), and "
                        "storage.migrate_at_start is no; run `karmen migrate`",
                        pending.front().version));
}

/// With a pool of its own: converting takes longer than the requests of a server may.
void make_ready(const config::Config& config, UnreadyDatabase unready) {
    const bool only_looks = unready == UnreadyDatabase::kRefuse;
    if (only_looks && !uses_postgres(config) && !std::filesystem::exists(database_file(config)))
        throw refused("there is no such database; is this the right directory? `karmen serve` makes a new one");
    const bool may_migrate = config.storage.migrate_at_start == config::MigrateAtStart::kYes;
    const DatabaseUse use = only_looks    ? DatabaseUse::kInspect
                            : may_migrate ? DatabaseUse::kLongWork
                                          : DatabaseUse::kWork;
    storage::Database database(open_backend(config, use), {.sessions_max = 1});
    storage::Migrator migrator(database);
    const auto pending = migrator.pending();
    if (!pending.empty()) {
        check_pending(pending, unready, may_migrate);
        migrator.migrate();
    }
    const auto closed = storage::Inspector(database).tables_without_rights();
    if (!closed.empty())
        throw Error(ErrorCode::kStorageUnavailable,
                    PublicMessage{fmt::format("its user may not read and write {}: GRANT ALL ON ALL TABLES IN SCHEMA "
                                              "and ON ALL SEQUENCES IN SCHEMA … TO …",
                                              fmt::join(closed, ", "))});
}

const config::Config& ready(const config::Config& config, UnreadyDatabase unready) {
    make_ready(config, unready);
    return config;
}

}  // namespace

Persistence::Persistence(const config::Config& config, UnreadyDatabase unready) try
    : database_(open_backend(ready(config, unready), DatabaseUse::kWork),
                {.sessions_max = static_cast<std::size_t>(config.storage.connections + config.pools.list_threads),
                 .filters = {.length_max = static_cast<std::size_t>(config.storage.filter_length_max),
                             .size_max = config.storage.filter_size_max}}) {
    if (unready == UnreadyDatabase::kConvert) users.fold_names();
} catch (const Error& error) {
    throw Error(error.code(), PublicMessage{database_name(config) + ": " + error.message()}, LogDetail{error.detail()});
}

void Persistence::require_reachable() {
    database_.lease().one({"SELECT 1", 1}, {}, [](storage::Row& row) { return row.integer(); });
}

}  // namespace karmen::maintenance
