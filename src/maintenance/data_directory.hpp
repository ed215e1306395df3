#pragma once

#include "base/file_descriptor.hpp"
#include "config/config.hpp"
#include "files/gcode_store.hpp"

#include <filesystem>

namespace karmen::maintenance {

/// Makes the data directory, for nobody else to read, when it is missing. Throws Error with a message for the operator.
std::filesystem::path make_data_directory(const config::Config& config);

/// Where the g-codes lie.
std::filesystem::path gcode_directory(const config::Config& config);
/// The same with what old rows call it.
files::StoreFolders gcode_folders(const config::Config& config);

/// Held by the servers that work on a data directory. One that is the whole installation has it alone: its start would
/// take the uploads of another for leftovers of a crash. The processes of one installation share it. Commands of the
/// operator need no lock. The system gives it back when the process ends, however it ends. Immutable.
class DataDirectoryLock {
  public:
    enum class Use { kAlone, kShared };

    /// Makes the directory when it is missing. Throws Error when another server has it.
    DataDirectoryLock(const config::Config& config, Use use);

  private:
    FileDescriptor file_;
};

}  // namespace karmen::maintenance
