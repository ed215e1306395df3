#pragma once

#include "files/gcode_store.hpp"

#include <set>
#include <string>
#include <vector>

namespace karmen::files {

/// Compares the files of a store with the paths that rows list, changing nothing. Tell it every listed path, then ask.
/// May run beside a server: what was uploaded or deleted meanwhile is looked at again. Any one thread at a time,
/// blocks.
class StoreInspection {
  public:
    /// Takes in which files there are; none when there is no such folder. Throws std::filesystem::filesystem_error.
    explicit StoreInspection(StoreFolders folders);

    void note_listed(const std::string& path);

    /// Listed, but not there.
    const std::vector<std::string>& missing() const { return missing_; }
    /// There, but not listed. Uploads under way are not among them.
    std::vector<std::string> unlisted() const;

  private:
    bool is_file(const std::string& relative_path) const;

    StoreFolders folders_;
    std::set<std::string> not_listed_yet_;
    std::vector<std::string> missing_;
};

}  // namespace karmen::files
