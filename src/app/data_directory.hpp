#pragma once

#include "base/file_descriptor.hpp"
#include "config/config.hpp"

#include <filesystem>

namespace karmen::app {

/// Makes the data directory, for nobody else to read, when it is missing. Throws Error with a message for the operator.
std::filesystem::path make_data_directory(const config::Config& config);

/// Held by the one server that works on a data directory: another one's start would take the uploads of the first for
/// leftovers of a crash. Commands of the operator need no lock. The system gives it back when the process ends, however
/// it ends. Immutable.
class DataDirectoryLock {
  public:
    /// Makes the directory when it is missing. Throws Error when another server has it.
    explicit DataDirectoryLock(const config::Config& config);

  private:
    FileDescriptor file_;
};

}  // namespace karmen::app
