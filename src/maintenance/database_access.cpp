#include "maintenance/database_access.hpp"

#include "maintenance/data_directory.hpp"

namespace karmen::maintenance {

namespace {

using storage::PostgresOptions;
using storage::SqliteOptions;

/// Tables with millions of rows are converted in minutes.
constexpr std::chrono::hours kMigrationMax{24};

PostgresOptions postgres_options(const config::Storage& storage, DatabaseUse use) {
    return {.url = storage.postgres_url,
            .connect_timeout = storage.connect_timeout,
            .statement_timeout = use == DatabaseUse::kLongWork ? kMigrationMax : storage.statement_timeout,
            .use = use == DatabaseUse::kInspect ? PostgresOptions::Use::kInspect : PostgresOptions::Use::kWork};
}

SqliteOptions sqlite_options(const config::Config& config, DatabaseUse use) {
    const bool only_looks = use == DatabaseUse::kInspect;
    return {
        .file = database_file(config),
        .busy_timeout = config.storage.busy_timeout,
        .statement_timeout = use == DatabaseUse::kWork ? std::optional(config.storage.statement_timeout) : std::nullopt,
        .if_missing = only_looks ? SqliteOptions::IfMissing::kFail : SqliteOptions::IfMissing::kCreate,
        .use = only_looks ? SqliteOptions::Use::kInspect : SqliteOptions::Use::kWork};
}

}  // namespace

bool uses_postgres(const config::Config& config) {
    return !config.storage.postgres_url.empty();
}

std::filesystem::path database_file(const config::Config& config) {
    return std::filesystem::path(config.data_dir) / "karmen.db";
}

std::string database_name(const config::Config& config) {
    if (uses_postgres(config)) return storage::postgres_name(config.storage.postgres_url);
    return database_file(config).string();
}

std::unique_ptr<storage::Backend> open_backend(const config::Config& config, DatabaseUse use) {
    if (use != DatabaseUse::kInspect) make_data_directory(config);
    if (uses_postgres(config)) return storage::postgres_backend(postgres_options(config.storage, use));
    return storage::sqlite_backend(sqlite_options(config, use));
}

}  // namespace karmen::maintenance
