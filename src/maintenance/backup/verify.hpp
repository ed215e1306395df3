#pragma once

#include "maintenance/backup/manifest.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace karmen::maintenance::backup {

struct Verification {
    Manifest manifest;
    std::vector<std::string> problems;  ///< for the operator, each names its file; empty if the backup is complete
};

/// Reads a whole backup and checks that every file exists and is unchanged, and that the database is sound, known to
/// this program, and lists no missing file. Changes nothing. Blocks. Throws Error if it is not a backup.
Verification verify(const std::filesystem::path& directory);

}  // namespace karmen::maintenance::backup
