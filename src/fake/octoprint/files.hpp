#pragma once

#include "base/clock.hpp"
#include "fake/octoprint/version.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>

namespace karmen::fake {

/// An error, in the words of the real server.
struct Refusal {
    unsigned status = 0;
    std::string text;
    bool operator==(const Refusal&) const = default;
};

/// Where an upload is stored: `path` is the folder and the name with `/` between.
struct UploadName {
    std::string path;
    bool operator==(const UploadName&) const = default;
};

/// The place where the real server stores a file, from the name and the folder that a client sent.
std::variant<UploadName, Refusal> upload_name(std::string_view filename, std::string_view folder,
                                              const OctoPrintVersion& version);
/// The folder alone (`path` and `foldername`), cleaned in the same way; empty is the root.
std::variant<UploadName, Refusal> folder_name(std::string_view folder, const OctoPrintVersion& version);

/// The part behind the last `/`, and the part before it (empty for the root).
std::string_view name_of(std::string_view path);
std::string_view folder_of(std::string_view path);

/// What the simulator claims to have found in a file.
struct FileAnalysis {
    double estimate_s = 0;
    double filament_mm = 0;
};

/// The data of an uploaded file, without its content.
struct StoredFile {
    std::string path;
    std::uint64_t size_bytes = 0;
    std::string sha1;
    std::string sha256;
    Timestamp date{};
    std::string user;

    std::chrono::microseconds analysis_left{0};  ///< until `analysis` is there
    std::optional<FileAnalysis> analysis;

    struct Print {
        Timestamp date{};
        double duration_s = 0;
        bool succeeded = false;
    };
    unsigned successes = 0;
    unsigned failures = 0;
    std::optional<Print> last_print;
    double success_time_sum_s = 0;  ///< of all successes, for the mean
};

/// The `local` storage. Plain data; its owner protects it.
class FileTable {
  public:
    const StoredFile* find(std::string_view path) const;
    StoredFile* find(std::string_view path);
    bool has_folder(std::string_view path) const { return folders_.contains(path); }

    /// Replaces an existing file and creates the folders above it.
    void put(StoredFile file);
    void add_folder(std::string_view path);
    bool remove(std::string_view path);

    std::map<std::string, StoredFile, std::less<>>& files() { return files_; }
    const std::map<std::string, StoredFile, std::less<>>& files() const { return files_; }
    const std::set<std::string, std::less<>>& folders() const { return folders_; }

    /// Counts the changes: the ETag of the listing.
    std::uint64_t revision() const { return revision_; }
    void touch() { ++revision_; }

  private:
    std::map<std::string, StoredFile, std::less<>> files_;
    std::set<std::string, std::less<>> folders_;
    std::uint64_t revision_ = 0;
};

}  // namespace karmen::fake
