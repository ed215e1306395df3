#include "files/gcode_store.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "files/names.hpp"
#include "files/seekable.hpp"
#include "files/upload_name.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

namespace karmen::files {

namespace {

constexpr std::size_t kBlockBytes = 256 * 1024;
constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::vector<std::string> parts_of(std::string_view relative_path) {
    std::vector<std::string> parts;
    for (const std::string_view part : split(relative_path, '/')) {
        if (part.empty() || part == "." || part == "..") return {};
        parts.emplace_back(part);
    }
    return parts;
}

/// What an absolute path of a file in the store begins with, each ending in `/`.
std::vector<std::string> prefixes_of(const StoreFolders& folders) {
    namespace fs = std::filesystem;
    std::error_code unknown;
    std::vector<std::string> prefixes;
    for (const fs::path& folder :
         {fs::absolute(folders.root), fs::canonical(folders.root, unknown), folders.old_root}) {
        if (!folder.is_absolute()) continue;
        std::string prefix = folder.lexically_normal().string();
        if (!prefix.ends_with('/')) prefix += '/';
        if (std::ranges::find(prefixes, prefix) == prefixes.end()) prefixes.push_back(std::move(prefix));
    }
    return prefixes;
}

/// An invalid descriptor if there is no such file. Throws Error(kOverloaded) if too many files are open to know.
FileDescriptor open_at(const FileDescriptor& folder, const std::string& name, int flags) {
    FileDescriptor file(::openat(folder.get(), name.c_str(), flags));
    if (!file && (errno == EMFILE || errno == ENFILE)) throw_errno("open " + name);
    return file;
}

}  // namespace

FileContent GcodeStore::read_content(const OpenFile& file, GcodeFormat format) const {
    Digest digest = Digest::sha256();
    gcode::FileAnalyzer analyzer(format, limits_.analysis);
    std::vector<char> block(kBlockBytes);
    for (;;) {
        const ssize_t count = ::read(file.file.get(), block.data(), block.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw_errno("read a stored file");
        if (count == 0) break;
        const auto bytes = std::span<const char>(block).first(static_cast<std::size_t>(count));
        digest.update(bytes);
        analyzer.feed(bytes);
    }
    return {digest.finish(), analyzer.finish(seekable(file.file, file.size_bytes))};
}

std::optional<std::string> path_below(const StoreFolders& folders, std::string_view path) {
    if (!path.starts_with('/')) return std::string(path);
    const std::string plain = std::filesystem::path(path).lexically_normal().string();
    for (const std::string& prefix : prefixes_of(folders))
        if (plain.starts_with(prefix)) return plain.substr(prefix.size());
    return std::nullopt;
}

GcodeStore::GcodeStore(const StoreFolders& folders, const StoreLimits& limits)
    : folders_{std::filesystem::absolute(folders.root), folders.old_root}, limits_(limits) {
    std::filesystem::create_directories(folders_.root);
    root_ = FileDescriptor(::open(folders_.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root_) throw_errno("open " + folders_.root.string());
}

std::vector<std::string> GcodeStore::names_in_rows(const std::string& relative_path) const {
    std::vector<std::string> names{relative_path};
    for (const std::string& prefix : prefixes_of(folders_)) names.push_back(prefix + relative_path);
    return names;
}

FileDescriptor GcodeStore::open_folder(const std::vector<std::string>& parts) const {
    FileDescriptor folder = open_at(root_, ".", kFolderFlags);
    for (const std::string& part : parts) {
        if (!folder) break;
        folder = open_at(folder, part, kFolderFlags);
    }
    return folder;
}

FileDescriptor GcodeStore::make_folder(const std::vector<std::string>& parts) {
    FileDescriptor folder(::openat(root_.get(), ".", kFolderFlags));
    for (const std::string& part : parts) {
        if (::mkdirat(folder.get(), part.c_str(), 0755) == 0)
            ::fsync(folder.get());
        else if (errno != EEXIST)
            throw_errno("mkdir " + part);
        FileDescriptor next(::openat(folder.get(), part.c_str(), kFolderFlags));
        if (!next) {
            if (errno == ELOOP || errno == ENOTDIR) throw Error::invalid("/path", "does not name a folder");
            throw_errno("open folder " + part);
        }
        folder = std::move(next);
    }
    return folder;
}

void GcodeStore::require_space() const {
    require_free_bytes(root_.get(), limits_.free_bytes_min);
}

std::unique_ptr<Upload> GcodeStore::begin(std::uint64_t size_hint, GcodeFormat format) {
    require_free_bytes(root_.get(), limits_.free_bytes_min + size_hint);
    return std::make_unique<Upload>(root_.get(), format, limits_);
}

StoredFile GcodeStore::publish(Upload& upload, std::string_view folder, std::string_view display,
                               const std::function<bool(const std::string&)>& is_listed) {
    const std::vector<std::string> parts = parse_folder(folder);
    const FileDescriptor target = make_folder(parts);
    StoredFile stored;
    stored.analysis = upload.finish_analysis();
    if (::fsync(upload.file_.get()) != 0) throw_errno("fsync an upload");
    for (const std::string& part : parts) stored.folder += (stored.folder.empty() ? "" : "/") + part;
    const auto path_of = [&](const std::string& name) {
        return stored.folder.empty() ? name : stored.folder + "/" + name;
    };
    stored.filename = upload.take_free_name(target, safe_filename(display),
                                            [&](const std::string& name) { return is_listed(path_of(name)); });
    if (::fsync(target.get()) != 0) throw_errno("fsync the folder of an upload");
    stored.relative_path = path_of(stored.filename);
    stored.size_bytes = upload.size_bytes_;
    stored.sha256 = upload.digest_.finish();
    return stored;
}

std::optional<OpenFile> GcodeStore::open(std::string_view path) const {
    std::vector<std::string> parts = parts_of(relative(path).value_or(""));
    if (parts.empty()) return std::nullopt;
    const std::string name = std::move(parts.back());
    parts.pop_back();
    const FileDescriptor folder = open_folder(parts);
    if (!folder) return std::nullopt;
    // O_NONBLOCK, because a planted FIFO must not block the caller.
    OpenFile open_file{open_at(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
    struct stat facts{};
    if (!open_file.file || ::fstat(open_file.file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) return std::nullopt;
    open_file.size_bytes = static_cast<std::uint64_t>(facts.st_size);
    open_file.modified_s = facts.st_mtim.tv_sec;
    return open_file;
}

void GcodeStore::remove(std::string_view path) {
    std::vector<std::string> parts = parts_of(relative(path).value_or(""));
    if (parts.empty()) return;
    const std::string name = std::move(parts.back());
    parts.pop_back();
    const FileDescriptor folder = open_folder(parts);
    if (!folder) return;
    if (::unlinkat(folder.get(), name.c_str(), 0) != 0 && errno != ENOENT) throw_errno("remove " + std::string(path));
    ::fsync(folder.get());
}

GcodeStore::Recovery GcodeStore::recover(const std::function<bool(const std::string&)>& is_listed,
                                         const std::filesystem::path& unlisted_folder, std::chrono::seconds age_min) {
    namespace fs = std::filesystem;
    const auto newest =
        age_min > age_min.zero() ? fs::file_time_type::clock::now() - age_min : fs::file_time_type::max();
    Recovery recovery;
    std::vector<fs::path> unfinished;
    std::vector<fs::path> unlisted;
    // The iterator does not follow links to folders; links themselves are not files of the store and are left alone.
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folders_.root)) {
        std::error_code gone;  // by others, who work on the same store
        if (!fs::is_regular_file(entry.symlink_status(gone)) || entry.last_write_time(gone) > newest || gone) continue;
        if (is_upload_name(entry.path().filename().string()))
            unfinished.push_back(entry.path());
        else if (!unlisted_folder.empty() &&
                 !is_listed(entry.path().lexically_relative(folders_.root).generic_string()))
            unlisted.push_back(entry.path());
    }
    std::error_code ignored;
    for (const fs::path& path : unfinished) recovery.unfinished_removed += fs::remove(path, ignored) ? 1 : 0;
    for (const fs::path& path : unlisted) {
        const std::string relative = path.lexically_relative(folders_.root).generic_string();
        fs::path target = unlisted_folder / relative;
        fs::create_directories(target.parent_path());
        if (fs::exists(target))
            target = target.parent_path() / with_suffix(target.filename().string(), new_upload_suffix());
        std::error_code error;  // such as another file system
        fs::rename(path, target, error);
        (error ? recovery.unlisted_left : recovery.unlisted_moved).push_back(relative);
    }
    return recovery;
}

}  // namespace karmen::files
