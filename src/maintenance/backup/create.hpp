#pragma once

#include "config/config.hpp"
#include "maintenance/backup/manifest.hpp"

#include <cstddef>
#include <filesystem>

namespace karmen::maintenance::backup {

struct Created {
    std::filesystem::path directory;
    Manifest manifest;
    std::size_t deleted_meanwhile = 0;  ///< g-codes that were deleted while the backup ran, and are not in it
};

/// Copies the embedded store, also while a server uses it: first the database, then the files that this copy lists,
/// because files never change. Everything is read again before the directory gets its name, so a directory with this
/// name is complete. REQUIRES: `target` does not exist. Blocks. Throws Error with a message for the operator; then
/// nothing is left.
Created create(const config::Config& config, const std::filesystem::path& target);

}  // namespace karmen::maintenance::backup
