#pragma once

#include "storage/database.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace karmen::storage {

/// Writes the embedded database as it is at this moment to `target`, while others go on reading and writing. The copy
/// is one durable file for its owner only, without a log beside it. `target` must not exist. Any thread, blocks; throws
/// what Session throws, and Error(kStorageUnavailable) when the file cannot be made.
void write_snapshot(Database& database, const std::filesystem::path& target);

/// To read a snapshot. Nothing beside it or in it is changed.
std::unique_ptr<Backend> snapshot_backend(const std::filesystem::path& snapshot);

struct SnapshotChanges {
    struct Move {
        std::int64_t gcode_id = 0;
        std::string path;
    };
    std::vector<std::int64_t> deleted_gcodes;  ///< as deleting them in Karmen would
    std::vector<Move> moved_gcodes;            ///< whose file is somewhere else than the row says
};
/// Of a snapshot that nobody else uses; it stays one file.
void change_snapshot(const std::filesystem::path& snapshot, const SnapshotChanges& changes);

}  // namespace karmen::storage
