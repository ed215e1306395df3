#pragma once

#include "base/file_descriptor.hpp"
#include "config/config.hpp"
#include "files/gcode_store.hpp"

#include <filesystem>

namespace karmen::maintenance {

/// Creates the data directory if it is missing, readable by its owner only. Throws Error with a message for the
/// operator.
std::filesystem::path make_data_directory(const config::Config& config);

/// The folder of the g-code files.
std::filesystem::path gcode_directory(const config::Config& config);
/// The same with its path in old rows.
files::StoreFolders gcode_folders(const config::Config& config);

/// Held by the servers that use a data directory. `karmen serve` holds it exclusively, because its start would treat
/// the uploads of another server as leftovers of a crash. The processes of a distributed installation share it.
/// Commands of the operator need no lock. The system releases it when the process ends, even after a crash. Immutable.
class DataDirectoryLock {
  public:
    enum class Use { kAlone, kShared };

    /// Creates the directory if it is missing. Throws Error if another server holds the lock.
    DataDirectoryLock(const config::Config& config, Use use);

  private:
    FileDescriptor file_;
};

}  // namespace karmen::maintenance
