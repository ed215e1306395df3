#pragma once

#include "config/config.hpp"
#include "maintenance/backup/manifest.hpp"

#include <filesystem>

namespace karmen::maintenance::backup {

/// Copies a complete backup into the data directory, which must be empty or new, and returns its manifest. The database
/// comes last: until then nothing counts as restored, and another call begins again. Blocks. Throws Error with a
/// message for the operator if the backup is incomplete, the directory is not empty, or a server uses it.
Manifest restore(const config::Config& config, const std::filesystem::path& backup);

}  // namespace karmen::maintenance::backup
