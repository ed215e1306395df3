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

/// Copies what the embedded store holds, also while a server works on it: the database first, then the files that this
/// copy of it lists, which never change. All is read again before the directory gets its name, so that one with that
/// name is whole. `target` must not exist. Blocks; throws Error with a message for the operator, and leaves nothing
/// then.
Created create(const config::Config& config, const std::filesystem::path& target);

}  // namespace karmen::maintenance::backup
