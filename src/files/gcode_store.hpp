#pragma once

#include "base/digest.hpp"
#include "base/file_descriptor.hpp"
#include "base/log.hpp"
#include "domain/gcode.hpp"
#include "domain/gcode_format.hpp"
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

/// The place and the content of a stored file.
struct StoredFile {
    std::string folder;  ///< parts joined with `/`; empty for the root
    std::string filename;
    std::string relative_path;  ///< folder and filename
    std::int64_t size_bytes = 0;
    std::string sha256;
    gcode::FileAnalysis analysis;
};

/// How much a store keeps free, and how much of a file is analysed.
struct StoreLimits {
    std::uint64_t free_bytes_min = 0;  ///< on its disk
    gcode::AnalysisLimits analysis = {};
};

/// A file that is being uploaded: written under a temporary name, hashed and analysed in one pass. If it is destroyed
/// before it is published, nothing is left. Any one thread at a time, blocks.
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
    Digest digest_ = Digest::sha256();
    gcode::FileAnalyzer analyzer_;
    bool is_published_ = false;
};

/// An open file to be sent somewhere.
struct OpenFile {
    FileDescriptor file;
    std::uint64_t size_bytes = 0;
    std::int64_t modified_s = 0;  ///< seconds since 1970
};

/// The hash and the analysis of a file, as an upload would have made them.
struct FileContent {
    std::string sha256;
    gcode::FileAnalysis analysis;
};

/// The folders of the store.
struct StoreFolders {
    std::filesystem::path root;
    /// The absolute path of the root when Karmen 0.0.13 wrote the rows. It is only compared with rows and need not
    /// exist. Empty if the path is the same.
    std::filesystem::path old_root = {};
};

/// The path below the root of a file that a row names. Rows of Karmen 0.0.13 have absolute paths; the root is removed
/// from these. nullopt if the file is outside. Compares only names; the store itself makes sure that no link leads
/// outside.
std::optional<std::string> path_below(const StoreFolders& folders, std::string_view path);

/// The folder of g-code files. It walks every path part by part below the root and never follows symbolic links, so
/// neither a name nor a planted link leads outside. Any thread, blocks.
class GcodeStore {
  public:
    /// Creates the folder if it is missing.
    GcodeStore(const StoreFolders& folders, const StoreLimits& limits);

    /// Throws Error(kDiskFull) if the store accepts no more files.
    void require_space() const;

    /// `size_hint` is how many bytes will come; 0 if that is not known. Throws Error(kDiskFull).
    std::unique_ptr<Upload> begin(std::uint64_t size_hint, GcodeFormat format = GcodeFormat::kText);

    /// Makes the uploaded file durable and gives it a free name, so that nothing is overwritten. The folder is needed
    /// only now, because in a form it may come after the file. Throws Error(kInvalidInput) if the folder leaves the
    /// store or contains a symbolic link.
    ///
    /// `is_listed` says whether a row already has this name, although no file has it.
    StoredFile publish(
        Upload& upload, std::string_view folder, std::string_view display,
        const std::function<bool(const std::string& relative_path)>& is_listed = [](const std::string&) {
            return false;
        });

    /// nullopt if the file does not exist. The path may be absolute, as in old rows. Throws Error(kOverloaded) if the
    /// process has too many files open.
    std::optional<OpenFile> open(std::string_view path) const;

    /// Reads the file to its end. Throws Error(kInternal).
    FileContent read_content(const OpenFile& file, GcodeFormat format) const;

    /// It is not an error if the file is gone already, or is outside.
    void remove(std::string_view path);

    /// See files::path_below.
    std::optional<std::string> relative(std::string_view path) const { return path_below(folders_, path); }
    /// The paths that rows may have for the file: its place in the store, and its path in Karmen 0.0.13.
    std::vector<std::string> names_in_rows(const std::string& relative_path) const;

    struct Recovery {
        std::size_t unfinished_removed = 0;
        std::vector<std::string> unlisted_moved;  ///< their former paths
        std::vector<std::string> unlisted_left;   ///< could not be moved
    };
    /// Removes unfinished uploads. Moves files that `is_listed` does not know to `unlisted_folder`, or leaves them if
    /// that is empty: no upload of them was acknowledged, but somebody may still want them. Files that changed within
    /// `age_min` may belong to running uploads, and are left alone.
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
