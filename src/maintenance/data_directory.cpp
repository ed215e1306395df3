#include "maintenance/data_directory.hpp"

#include "base/error.hpp"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <system_error>

namespace karmen::maintenance {

namespace {

Error unusable(const std::string& what, const std::string& why) {
    return {ErrorCode::kStorageUnavailable, PublicMessage{what + ": " + why}};
}

}  // namespace

std::filesystem::path make_data_directory(const config::Config& config) {
    std::error_code error;
    if (std::filesystem::create_directories(config.data_dir, error))
        std::filesystem::permissions(config.data_dir, std::filesystem::perms::owner_all);
    if (error) throw unusable("cannot make the data directory " + config.data_dir, error.message());
    return config.data_dir;
}

std::filesystem::path gcode_directory(const config::Config& config) {
    if (!config.files.dir.empty()) return config.files.dir;
    return std::filesystem::path(config.data_dir) / "gcodes";
}

files::StoreFolders gcode_folders(const config::Config& config) {
    return {.root = gcode_directory(config), .old_root = config.files.old_dir};
}

DataDirectoryLock::DataDirectoryLock(const config::Config& config, Use use) {
    const std::filesystem::path path = make_data_directory(config) / "lock";
    file_ = FileDescriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file_) throw unusable("cannot open " + path.string(), std::generic_category().message(errno));
    if (::flock(file_.get(), (use == Use::kAlone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0) return;
    if (errno == EWOULDBLOCK)
        throw unusable("the data directory " + config.data_dir, "another Karmen server works on it");
    throw unusable("cannot lock " + path.string(), std::generic_category().message(errno));
}

}  // namespace karmen::maintenance
