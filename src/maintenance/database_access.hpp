#pragma once

#include "config/config.hpp"
#include "storage/backend.hpp"

#include <filesystem>
#include <memory>
#include <string>

/// Finds and opens the database that the configuration names. Any thread.
namespace karmen::maintenance {

enum class DatabaseUse {
    kWork,
    kInspect,   ///< changes neither data nor settings, and creates nothing
    kLongWork,  ///< converting and copying, without a time limit
};

bool uses_postgres(const config::Config& config);
/// The file of the embedded database.
std::filesystem::path database_file(const config::Config& config);
/// For messages: the file, or server and name; never the password.
std::string database_name(const config::Config& config);

/// Creates the data directory if it is missing, except to inspect. Throws Error if the URL is malformed.
std::unique_ptr<storage::Backend> open_backend(const config::Config& config, DatabaseUse use);

}  // namespace karmen::maintenance
