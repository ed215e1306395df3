#include "app/persistence.hpp"

#include "app/data_directory.hpp"
#include "base/error.hpp"
#include "storage/backend.hpp"
#include "storage/migrator.hpp"

namespace karmen::app {

namespace {

std::unique_ptr<storage::Backend> open_backend(const config::Config& config) {
    make_data_directory(config);
    return storage::sqlite_backend(
        {.file = Persistence::database_file(config), .busy_timeout = config.storage.busy_timeout});
}

}  // namespace

std::filesystem::path Persistence::database_file(const config::Config& config) {
    return std::filesystem::path(config.data_dir) / "karmen.db";
}

Persistence::Persistence(const config::Config& config) try
    : database_(open_backend(config), {.sessions_max = static_cast<std::size_t>(config.storage.connections)}) {
    storage::Migrator(database_).migrate();
} catch (const Error& error) {
    throw Error(error.code(), PublicMessage{database_file(config).string() + ": " + error.message()},
                LogDetail{error.detail()});
}

}  // namespace karmen::app
