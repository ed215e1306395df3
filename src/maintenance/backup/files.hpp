#pragma once

#include "base/error.hpp"
#include "base/file_descriptor.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

/// What backups do with files. All block; failures of the operating system leave as Error with a message for the
/// operator that names the file.
namespace karmen::maintenance::backup {

struct Content {
    std::uint64_t size_bytes = 0;
    std::string sha256;  ///< lower-case hexadecimal
    bool operator==(const Content&) const = default;
};

/// The error of the last system call, as it concerns `path`.
Error file_error(const std::filesystem::path& path);

/// None when there is no such file; links and everything else that is no regular file count as none.
FileDescriptor open_file(const std::filesystem::path& path);

/// To the file's end.
Content content_of(const FileDescriptor& file, const std::filesystem::path& name);

/// To a new file for its owner only, with the same time of change, synced to the disk; its folders are made. Gives what
/// was read.
Content copy_durably(const FileDescriptor& from, const std::filesystem::path& to);
void write_durably(std::string_view text, const std::filesystem::path& to);

/// The names in this directory and all below it.
void sync_directories(const std::filesystem::path& root);
void sync_directory(const std::filesystem::path& directory);

/// A directory that gets its name when all of it is on the disk. Until then it is called like it with an ending that
/// says so; destroyed before that, it is removed.
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
