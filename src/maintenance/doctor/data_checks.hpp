#pragma once

#include "config/config.hpp"
#include "maintenance/doctor/finding.hpp"

#include <filesystem>

/// What lies in the data directory, and who may read it. Nothing is changed or made. Any thread, blocks.
namespace karmen::maintenance::doctor {

Finding check_data_directory(const std::filesystem::path& directory);

/// The database's file and its log beside it. The database must exist.
Finding check_database_files(const std::filesystem::path& database);

/// The key that signs the tokens, configured or kept in the data directory.
Finding check_signing_secret(const config::Config& config);

/// The folder of the g-codes, which may be elsewhere: whether it is there and open to this user, and the room on its
/// disk, against what uploads must leave free.
Finding check_gcode_store(const config::Config& config);

/// Room on the disk of the data directory, which must exist.
Finding check_free_space(const config::Config& config);

}  // namespace karmen::maintenance::doctor
