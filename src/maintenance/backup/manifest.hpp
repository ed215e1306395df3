#pragma once

#include "base/clock.hpp"
#include "maintenance/backup/files.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace karmen::maintenance::backup {

inline constexpr const char* kManifestName = "manifest.json";
inline constexpr const char* kDatabaseName = "karmen.db";
inline constexpr const char* kGcodeFolder = "gcodes";

/// A g-code whose file was missing or damaged when the backup was made.
struct LostGcode {
    std::int64_t id = 0;
    std::string name;  ///< as uploaded
    std::string path;  ///< in the backup
    std::string problem;
    bool operator==(const LostGcode&) const = default;
};

/// The content of a backup, which is laid out as a data directory; the manifest is an additional file.
struct Manifest {
    std::string program;  ///< the version of Karmen that made it
    Timestamp made{};
    std::map<std::string, Content> files;  ///< by path in the backup
    std::vector<LostGcode> lost;
    bool operator==(const Manifest&) const = default;
};

/// JSON, one file a line.
std::string to_text(const Manifest& manifest);
/// Throws Error if it cannot be read, also for paths that lead out of the backup.
Manifest parse_manifest(std::string_view text);

/// The manifest of the backup in `directory`. Throws Error if there is none.
Manifest read_manifest(const std::filesystem::path& directory);

}  // namespace karmen::maintenance::backup
