#include "files/store_inspection.hpp"

#include "files/upload_name.hpp"

#include <algorithm>
#include <iterator>
#include <system_error>
#include <utility>

namespace karmen::files {

namespace fs = std::filesystem;

StoreInspection::StoreInspection(StoreFolders folders) : folders_(std::move(folders)) {
    if (!fs::exists(folders_.root)) return;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folders_.root))
        if (fs::is_regular_file(entry.symlink_status()) && !is_upload_name(entry.path().filename().string()))
            not_listed_yet_.insert(entry.path().lexically_relative(folders_.root).generic_string());
}

void StoreInspection::note_listed(const std::string& path) {
    const auto below = path_below(folders_, path);
    const std::string& relative_path = below ? *below : path;
    if (!below)
        missing_.push_back(path);
    else if (not_listed_yet_.erase(relative_path) == 0 && !is_file(relative_path))
        missing_.push_back(relative_path);
}

std::vector<std::string> StoreInspection::unlisted() const {
    std::vector<std::string> result;
    std::ranges::copy_if(not_listed_yet_, std::back_inserter(result),
                         [this](const std::string& path) { return is_file(path); });
    return result;
}

bool StoreInspection::is_file(const std::string& relative_path) const {
    std::error_code error;
    return fs::is_regular_file(fs::symlink_status(folders_.root / relative_path, error));
}

}  // namespace karmen::files
