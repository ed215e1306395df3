#include "base/error.hpp"
#include "base/random.hpp"
#include "files/gcode_store.hpp"
#include "files/names.hpp"
#include "files/seekable.hpp"
#include "files/upload_name.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace karmen::files {

namespace {

constexpr std::string_view kUploadPrefix = ".upload-";
/// The disk begins to write while the rest is still coming, so that the fsync at the end has little left to wait for.
constexpr std::int64_t kFlushBytes = 8 * 1024 * 1024;

}  // namespace

std::string new_upload_name() {
    return std::string(kUploadPrefix) + random_hex(8);
}
bool is_upload_name(std::string_view filename) {
    return filename.starts_with(kUploadPrefix);
}
std::string new_upload_suffix() {
    return random_hex(4);
}

void throw_errno(const std::string& what) {
    const int error = errno;
    const LogDetail detail{what + ": " + std::strerror(error)};
    if (error == ENOSPC || error == EDQUOT)
        throw Error(ErrorCode::kDiskFull, PublicMessage{"There is no space left for this file"}, detail);
    if (error == EMFILE || error == ENFILE)
        throw Error(ErrorCode::kOverloaded, PublicMessage{"Too many files are open at the moment"}, detail);
    throw Error(ErrorCode::kInternal, PublicMessage{"The file store failed"}, detail);
}

void require_free_bytes(int folder, std::uint64_t wanted) {
    struct statvfs disk{};
    if (::fstatvfs(folder, &disk) != 0) return;
    const std::uint64_t free_bytes = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
    if (free_bytes < wanted)
        throw Error(ErrorCode::kDiskFull, PublicMessage{"There is not enough space left for this file"},
                    LogDetail{std::to_string(free_bytes) + " bytes are free"});
}

bool move_to_free_name(int from_folder, const char* from, int to_folder, const char* to) {
    if (::renameat2(from_folder, from, to_folder, to, RENAME_NOREPLACE) == 0) return true;
    if (errno == EEXIST) return false;
    if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP) throw_errno("rename an upload");
    return link_to_free_name(from_folder, from, to_folder, to);
}

bool link_to_free_name(int from_folder, const char* from, int to_folder, const char* to) {
    if (::linkat(from_folder, from, to_folder, to, 0) != 0) {
        if (errno == EEXIST) return false;
        throw_errno("link an upload");
    }
    // If this fails, the next start removes the file.
    ::unlinkat(from_folder, from, 0);
    return true;
}

Upload::Upload(int root, GcodeFormat format, const StoreLimits& limits)
    : root_(root),
      free_bytes_min_(limits.free_bytes_min),
      temporary_name_(new_upload_name()),
      analyzer_(format, limits.analysis) {
    // Also for reading, because the analysis of an archive begins at its end.
    file_ = FileDescriptor(
        ::openat(root_, temporary_name_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (!file_) throw_errno("create a file for an upload");
}

Upload::~Upload() {
    if (!is_published_) ::unlinkat(root_, temporary_name_.c_str(), 0);
}

void Upload::write(std::span<const char> bytes) {
    digest_.update(bytes);
    analyzer_.feed(bytes);
    while (!bytes.empty()) {
        const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw_errno("write an upload");
        bytes = bytes.subspan(static_cast<std::size_t>(written));
        size_bytes_ += written;
    }
    if (size_bytes_ - flushed_bytes_ < kFlushBytes) return;
    ::sync_file_range(file_.get(), flushed_bytes_, size_bytes_ - flushed_bytes_, SYNC_FILE_RANGE_WRITE);
    flushed_bytes_ = size_bytes_;
    require_free_bytes(root_, free_bytes_min_);
}

gcode::FileAnalysis Upload::finish_analysis() {
    return analyzer_.finish(seekable(file_, static_cast<std::uint64_t>(size_bytes_)));
}

std::string Upload::take_free_name(const FileDescriptor& folder, const std::string& wanted,
                                   const std::function<bool(const std::string& name)>& is_taken) {
    std::string name = wanted;
    for (;;) {
        if (!is_taken(name) && move_to_free_name(root_, temporary_name_.c_str(), folder.get(), name.c_str())) break;
        name = with_suffix(wanted, new_upload_suffix());
    }
    is_published_ = true;
    return name;
}

}  // namespace karmen::files
