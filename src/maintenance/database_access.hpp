#pragma once

#include "config/config.hpp"
#include "storage/backend.hpp"

#include <filesystem>
#include <memory>
#include <string>

/// Which database the configuration names, and the way to it. Any thread.
namespace karmen::maintenance {

enum class DatabaseUse {
    kWork,
    kInspect,   ///< changes neither data nor settings, and makes nothing
    kLongWork,  ///< converting and copying: as long as it takes
};

bool uses_postgres(const config::Config& config);
/// Of the embedded database.
std::filesystem::path database_file(const config::Config& config);
/// For messages: the file, or server and name; never the password.
std::string database_name(const config::Config& config);

/// Makes the data directory when it is missing, but not to inspect. Throws Error for a URL that cannot be read.
std::unique_ptr<storage::Backend> open_backend(const config::Config& config, DatabaseUse use);

}  // namespace karmen::maintenance
