#pragma once

#include "base/file_descriptor.hpp"
#include "base/log.hpp"
#include "domain/gcode.hpp"
#include "domain/gcode_format.hpp"
#include "files/sha256.hpp"
#include "gcode/file_analyzer.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace karmen::files {

/// Where a stored file lies and what it holds.
struct StoredFile {
    std::string folder;  ///< parts joined with `/`; empty for the root
    std::string filename;
    std::string relative_path;  ///< folder and filename
    std::int64_t size_bytes = 0;
    std::string sha256;
    gcode::FileAnalysis analysis;
};

/// What a store keeps free, and reads at most.
struct StoreLimits {
    std::uint64_t free_bytes_min = 0;  ///< on its disk
    /// G-code inside of an archive that is larger is not analysed.
    std::uint64_t unpacked_bytes_max = 512ULL * 1024 * 1024;
};

/// A file on its way into the store: written under a temporary name, hashed and analysed in the same pass. Destroyed
/// before it was published, it leaves nothing behind. Any one thread at a time, blocks.
class Upload {
  public:
    Upload(int root, GcodeFormat format, const StoreLimits& limits);
    ~Upload();
    Upload(const Upload&) = delete;
    Upload& operator=(const Upload&) = delete;

    /// Throws Error(kDiskFull) when the disk is full.
    void write(std::span<const char> bytes);

  private:
    friend class GcodeStore;
    /// Gives the durable file a name in `folder`: `wanted` or, when that is taken, one with a suffix.
    std::string take_free_name(const FileDescriptor& folder, const std::string& wanted,
                               const std::function<bool(const std::string& name)>& is_taken);
    gcode::FileAnalysis finish_analysis();

    int root_;  ///< the store's
    std::uint64_t free_bytes_min_;
    FileDescriptor file_;
    std::string temporary_name_;
    std::int64_t size_bytes_ = 0;
    std::int64_t flushed_bytes_ = 0;
    Sha256 digest_;
    gcode::FileAnalyzer analyzer_;
    bool is_published_ = false;
};

/// An open file to be sent somewhere.
struct OpenFile {
    FileDescriptor file;
    std::uint64_t size_bytes = 0;
    std::int64_t modified_s = 0;  ///< seconds since 1970
};

/// What a file holds, as an upload of it would have found.
struct FileContent {
    std::string sha256;
    gcode::FileAnalysis analysis;
};

/// Where the store is.
struct StoreFolders {
    std::filesystem::path root;
    /// What the root was called when Karmen 0.0.13 wrote the rows, an absolute path. Only rows are compared with it, it
    /// need not exist. Empty: as it is called now.
    std::filesystem::path old_root = {};
};

/// The path below the root of a file that a row names: as it stands, or what is left of an absolute path, as Karmen
/// 0.0.13 wrote them. None when it lies outside. Looks at names only; that nothing leads outside all the same is the
/// store's care.
std::optional<std::string> path_below(const StoreFolders& folders, std::string_view path);

/// The folder of g-code files. Every path is walked part by part below the root without following links, so that no
/// name and no planted link leads outside. Any thread, blocks.
class GcodeStore {
  public:
    /// Makes the folder when it is missing.
    GcodeStore(const StoreFolders& folders, const StoreLimits& limits);

    /// Throws Error(kDiskFull) when the store takes no more files.
    void require_space() const;

    /// `size_hint` is how many bytes are known to come, 0 when it is not known. Throws Error(kDiskFull).
    std::unique_ptr<Upload> begin(std::uint64_t size_hint, GcodeFormat format = GcodeFormat::kText);

    /// Makes the uploaded file durable and gives it a name that is free, so that nothing is overwritten. Only now the
    /// folder must be known: it may come after the file. Throws Error(kInvalidInput) for one that leaves the store or
    /// leads over a link.
    ///
    /// `is_listed` tells of names that stand for another file although there is none.
    StoredFile publish(
        Upload& upload, std::string_view folder, std::string_view display,
        const std::function<bool(const std::string& relative_path)>& is_listed = [](const std::string&) {
            return false;
        });

    /// None when there is no such file (any more). The path may be absolute, as in old rows. Throws Error(kOverloaded)
    /// when the process has too many files open.
    std::optional<OpenFile> open(std::string_view path) const;

    /// Reads the file to its end. Throws Error(kInternal).
    FileContent read_content(const OpenFile& file, GcodeFormat format) const;

    /// A file that is gone already, or lies outside, is no error.
    void remove(std::string_view path);

    /// See files::path_below.
    std::optional<std::string> relative(std::string_view path) const { return path_below(folders_, path); }
    /// What rows may call the file: by its place in the store, and as Karmen 0.0.13 would have called it.
    std::vector<std::string> names_in_rows(const std::string& relative_path) const;

    struct Recovery {
        std::size_t unfinished_removed = 0;
        std::vector<std::string> unlisted_moved;  ///< where they lay
        std::vector<std::string> unlisted_left;   ///< could not be moved
    };
    /// Removes what uploads left unfinished, and moves files that `is_listed` does not know to `unlisted_folder`, or
    /// leaves them when that is empty. Nothing that anybody was told to be stored is among them, but it may still be of
    /// value to somebody. Files that changed within `age_min` may belong to uploads that run, and are left alone.
    Recovery recover(const std::function<bool(const std::string& relative_path)>& is_listed,
                     const std::filesystem::path& unlisted_folder, std::chrono::seconds age_min);

  private:
    FileDescriptor open_folder(const std::vector<std::string>& parts) const;
    FileDescriptor make_folder(const std::vector<std::string>& parts);

    StoreFolders folders_;
    StoreLimits limits_;
    FileDescriptor root_;
};

}  // namespace karmen::files
