#pragma once

#include "config/config.hpp"
#include "maintenance/doctor/finding.hpp"

#include <filesystem>

/// Checks the data directory, and who may read it. Changes and creates nothing. Any thread, blocks.
namespace karmen::maintenance::doctor {

Finding check_data_directory(const std::filesystem::path& directory);

/// Checks the database's file and its log. REQUIRES: the database exists.
Finding check_database_files(const std::filesystem::path& database);

/// Checks the key that signs the tokens, from the configuration or the data directory.
Finding check_signing_secret(const config::Config& config);

/// Checks the folder of the g-codes, which may be elsewhere: whether it exists and this user can use it, and whether
/// its disk has more free space than uploads must leave.
Finding check_gcode_store(const config::Config& config);

/// Checks the free space on the disk of the data directory. REQUIRES: the directory exists.
Finding check_free_space(const config::Config& config);

}  // namespace karmen::maintenance::doctor
