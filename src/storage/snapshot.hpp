#pragma once

#include "storage/database.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace karmen::storage {

/// Writes the embedded database as it is at this moment to `target`, while others go on reading and writing. The copy
/// is one durable file for its owner only, without a log beside it. `target` must not exist. Any thread, blocks; throws
/// what Session throws, and Error(kStorageUnavailable) when the file cannot be made.
void write_snapshot(Database& database, const std::filesystem::path& target);

/// To read a snapshot. Nothing beside it or in it is changed.
std::unique_ptr<Backend> snapshot_backend(const std::filesystem::path& snapshot);

/// Deletes g-codes from a snapshot that nobody else uses, as deleting them in Karmen would; it stays one file.
void remove_gcodes(const std::filesystem::path& snapshot, const std::vector<std::int64_t>& ids);

}  // namespace karmen::storage
