#include "maintenance/backup/files.hpp"

#include "base/digest.hpp"
#include "base/random.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <span>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace karmen::maintenance::backup {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlockBytes = 256 * 1024;

/// `sink(block)` for each block of the file.
template <class Sink>
Content read_all(const FileDescriptor& file, const fs::path& name, Sink sink) {
    Content content;
    Digest digest = Digest::sha256();
    std::vector<char> buffer(kBlockBytes);
    for (;;) {
        const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw file_error(name);
        if (count == 0) break;
        const auto block = std::span<const char>(buffer).first(static_cast<std::size_t>(count));
        digest.update(block);
        content.size_bytes += block.size();
        sink(block);
    }
    content.sha256 = digest.finish();
    return content;
}

void write_all(const FileDescriptor& file, const fs::path& name, std::span<const char> bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file.get(), bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw file_error(name);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

FileDescriptor make_file(const fs::path& path) {
    FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!file) throw file_error(path);
    return file;
}

void sync(const FileDescriptor& file, const fs::path& name) {
    if (::fsync(file.get()) != 0) throw file_error(name);
}

}  // namespace

Error file_error(const fs::path& path) {
    const int error = errno;
    const bool is_full = error == ENOSPC || error == EDQUOT;
    return {is_full ? ErrorCode::kDiskFull : ErrorCode::kStorageUnavailable,
            PublicMessage{path.string() + ": " + std::strerror(error)}};
}

FileDescriptor open_file(const fs::path& path) {
    FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file && errno != ENOENT && errno != ENOTDIR && errno != ELOOP) throw file_error(path);
    struct stat facts{};
    if (!file || ::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) return {};
    return file;
}

Content content_of(const FileDescriptor& file, const fs::path& name) {
    return read_all(file, name, [](std::span<const char>) {});
}

Content copy_durably(const FileDescriptor& from, const fs::path& to) {
    fs::create_directories(to.parent_path());
    const FileDescriptor file = make_file(to);
    Content content = read_all(from, to, [&](std::span<const char> block) { write_all(file, to, block); });
    struct stat facts{};
    if (::fstat(from.get(), &facts) == 0) {
        const std::array<timespec, 2> times{facts.st_atim, facts.st_mtim};
        ::futimens(file.get(), times.data());
    }
    sync(file, to);
    // So that the verification reads from the disk, and the files that the server uses stay in memory.
    ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
    return content;
}

void write_durably(std::string_view text, const fs::path& to) {
    const FileDescriptor file = make_file(to);
    write_all(file, to, text);
    sync(file, to);
}

void sync_directory(const fs::path& directory) {
    const FileDescriptor folder(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder) throw file_error(directory);
    sync(folder, directory);
}

void sync_directories(const fs::path& root) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root))
        if (entry.is_directory() && !entry.is_symlink()) sync_directory(entry.path());
    sync_directory(root);
}

DraftDirectory::DraftDirectory(fs::path target)
    : target_(std::move(target)), path_(target_.string() + ".unfinished-" + random_hex(4)) {
    if (::mkdir(path_.c_str(), S_IRWXU) != 0) throw file_error(path_);
}

DraftDirectory::~DraftDirectory() {
    std::error_code ignored;
    if (!is_published_) fs::remove_all(path_, ignored);
}

void DraftDirectory::publish() {
    sync_directories(path_);
    // This replaces only an empty directory.
    if (::rename(path_.c_str(), target_.c_str()) != 0) throw file_error(target_);
    is_published_ = true;
    sync_directory(target_.parent_path());
}

}  // namespace karmen::maintenance::backup
