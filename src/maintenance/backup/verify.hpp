#pragma once

#include "maintenance/backup/manifest.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace karmen::maintenance::backup {

struct Verification {
    Manifest manifest;
    std::vector<std::string> problems;  ///< for the operator, each names its file; none: the backup is whole
};

/// Reads all of a backup: every file is there and unchanged, the database is sound, known to this program, and lists
/// nothing that is not there. Changes nothing. Blocks; throws Error when it is no backup at all.
Verification verify(const std::filesystem::path& directory);

}  // namespace karmen::maintenance::backup
