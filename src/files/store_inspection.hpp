#pragma once

#include "files/gcode_store.hpp"

#include <set>
#include <string>
#include <vector>

namespace karmen::files {

/// Compares the files of a store with the paths that rows list; changes nothing. Pass every listed path, then ask for
/// the results. May run beside a server: files that were uploaded or deleted meanwhile are checked again. Any one
/// thread at a time, blocks.
class StoreInspection {
  public:
    /// Reads the list of files; it is empty if the folder does not exist. Throws std::filesystem::filesystem_error.
    explicit StoreInspection(StoreFolders folders);

    void note_listed(const std::string& path);

    /// Paths that are listed but have no file.
    const std::vector<std::string>& missing() const { return missing_; }
    /// Files that are not listed, without running uploads.
    std::vector<std::string> unlisted() const;

  private:
    bool is_file(const std::string& relative_path) const;

    StoreFolders folders_;
    std::set<std::string> not_listed_yet_;
    std::vector<std::string> missing_;
};

}  // namespace karmen::files
