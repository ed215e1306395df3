#pragma once

#include "base/error.hpp"
#include "base/file_descriptor.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

/// File operations of backups. All block. A failure of the operating system is an Error with a message for the operator
/// that names the file.
namespace karmen::maintenance::backup {

struct Content {
    std::uint64_t size_bytes = 0;
    std::string sha256;  ///< lower-case hexadecimal
    bool operator==(const Content&) const = default;
};

/// The error of the last system call, as it concerns `path`.
Error file_error(const std::filesystem::path& path);

/// An invalid descriptor if there is no such file; links, and everything that is not a regular file, are treated as
/// missing.
FileDescriptor open_file(const std::filesystem::path& path);

/// Reads to the file's end.
Content content_of(const FileDescriptor& file, const std::filesystem::path& name);

/// Copies to a new file that only its owner can read, with the same modification time, synced to the disk; creates its
/// folders. Returns what was read.
Content copy_durably(const FileDescriptor& from, const std::filesystem::path& to);
void write_durably(std::string_view text, const std::filesystem::path& to);

/// Syncs this directory and all directories below it.
void sync_directories(const std::filesystem::path& root);
void sync_directory(const std::filesystem::path& directory);

/// A directory that gets its name when everything in it is on the disk. Until then its name has an ending that says so.
/// If the object is destroyed before that, the directory is removed.
class DraftDirectory {
  public:
    explicit DraftDirectory(std::filesystem::path target);
    ~DraftDirectory();
    DraftDirectory(const DraftDirectory&) = delete;
    DraftDirectory& operator=(const DraftDirectory&) = delete;

    const std::filesystem::path& path() const { return path_; }
    void publish();

  private:
    std::filesystem::path target_;
    std::filesystem::path path_;
    bool is_published_ = false;
};

}  // namespace karmen::maintenance::backup
