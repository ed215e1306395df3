#pragma once

#include "config/config.hpp"
#include "maintenance/backup/manifest.hpp"

#include <filesystem>

namespace karmen::maintenance::backup {

/// Brings a whole backup into the data directory, which must be empty or new, and gives what was in it. The database
/// comes last: until then nothing counts as restored, and another call begins again. Blocks; throws Error with a
/// message for the operator when the backup is not whole, the directory holds something, or a server has it.
Manifest restore(const config::Config& config, const std::filesystem::path& backup);

}  // namespace karmen::maintenance::backup
