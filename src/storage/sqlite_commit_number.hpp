#pragma once

#include "storage/commit_number.hpp"

#include <filesystem>

namespace karmen::storage {

/// Of a file in WAL mode. Has a connection of its own, which it makes when it is first called, and never writes.
CommitNumber sqlite_commit_number(std::filesystem::path file);

}  // namespace karmen::storage
