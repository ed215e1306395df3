#include "app/persistence.hpp"

#include "base/error.hpp"
#include "storage/backend.hpp"
#include "storage/migrator.hpp"

namespace karmen::app {

namespace {

std::unique_ptr<storage::Backend> open_backend(const config::Config& config) {
    std::error_code error;
    if (std::filesystem::create_directories(config.data_dir, error))
        std::filesystem::permissions(config.data_dir, std::filesystem::perms::owner_all);
    if (error)
        throw Error(ErrorCode::kStorageUnavailable,
                    PublicMessage{"cannot make the data directory " + config.data_dir + ": " + error.message()});
    return storage::sqlite_backend(
        {.file = Persistence::database_file(config), .busy_timeout = config.storage.busy_timeout});
}

}  // namespace

std::filesystem::path Persistence::database_file(const config::Config& config) {
    return std::filesystem::path(config.data_dir) / "karmen.db";
}

Persistence::Persistence(const config::Config& config)
    : database_(open_backend(config), {.sessions_max = static_cast<std::size_t>(config.storage.connections)}) {
    storage::Migrator(database_).migrate();
}

}  // namespace karmen::app
