#pragma once

#include <map>
#include <string>

namespace karmen::config {

/// The real sources of load(): a file of at most 1 MiB (throws std::runtime_error with the system's reason) …
std::string read_file(const std::string& path);
/// … and the variables of this process. Call before threads start that might change them.
std::map<std::string, std::string> process_environment();

}  // namespace karmen::config
