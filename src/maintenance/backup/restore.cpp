#include "maintenance/backup/restore.hpp"

#include "base/error.hpp"
#include "crypto/secret.hpp"
#include "maintenance/backup/files.hpp"
#include "maintenance/backup/verify.hpp"
#include "maintenance/data_directory.hpp"
#include "maintenance/database_access.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <set>
#include <vector>

namespace karmen::maintenance::backup {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShownMax = 10;
/// Entries of a data directory that do not count as content: our own lock, and the directory that mkfs makes.
const std::set<std::string> kNotData{"lock", "lost+found"};

Manifest read_whole(const fs::path& backup) {
    Verification verification = verify(backup);
    auto& problems = verification.problems;
    if (problems.empty()) return std::move(verification.manifest);
    if (problems.size() > kShownMax) {
        const std::size_t others = problems.size() - kShownMax;
        problems.resize(kShownMax);
        problems.push_back(fmt::format("and {} more: karmen backup --verify {}", others, backup.string()));
    }
    throw Error(ErrorCode::kConflict, PublicMessage{fmt::format("{} is damaged, nothing was restored:\n  {}",
                                                                backup.string(), fmt::join(problems, "\n  "))});
}

/// A data directory that is being restored. It counts as restored as soon as the database has its name.
class Restoration {
  public:
    explicit Restoration(const config::Config& config)
        : data_(config.data_dir),
          gcodes_(gcode_directory(config)),
          database_(database_file(config)),
          draft_(database_.string() + ".restoring") {
        // If there is the draft of a database but no database, an earlier restore was broken off.
        if (fs::exists(draft_) && !fs::exists(database_)) clear(data_ / kGcodeFolder);
        require_empty(data_);
        if (fs::exists(gcodes_)) require_empty(gcodes_);
        is_begun_ = true;
    }
    ~Restoration() {
        if (is_begun_) clear(gcodes_);
    }
    Restoration(const Restoration&) = delete;
    Restoration& operator=(const Restoration&) = delete;

    void copy(const fs::path& backup, const Manifest& manifest) {
        copy_file(backup, kDatabaseName, manifest, draft_);
        for (const auto& [path, content] : manifest.files)
            if (path != kDatabaseName) copy_file(backup, path, manifest, target_of(path));
        fs::create_directories(gcodes_);
        sync_directories(gcodes_);
        sync_directory(data_);
    }

    void commit() {
        if (::rename(draft_.c_str(), database_.c_str()) != 0) throw file_error(database_);
        is_begun_ = false;
        sync_directory(data_);
    }

  private:
    static void require_empty(const fs::path& directory) {
        for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
            const std::string name = entry.path().filename().string();
            if (!kNotData.contains(name))
                throw Error(ErrorCode::kConflict,
                            PublicMessage{fmt::format("{} is not empty, it holds {}; a backup is restored into an "
                                                      "empty or a new directory: move what is there away, or name "
                                                      "another one with --data-dir",
                                                      directory.string(), name)});
        }
    }

    fs::path target_of(const std::string& path) const {
        if (path == crypto::kSecretFileName) return data_ / path;
        return gcodes_ / fs::path(path).lexically_relative(kGcodeFolder);
    }

    static void copy_file(const fs::path& backup, const std::string& path, const Manifest& manifest,
                          const fs::path& target) {
        const FileDescriptor file = open_file(backup / path);
        if (!file || copy_durably(file, target) != manifest.files.at(path))
            throw Error(ErrorCode::kConflict,
                        PublicMessage{(backup / path).string() + " changed meanwhile; nothing was restored"});
    }

    /// Removes everything that `copy` has made.
    void clear(const fs::path& gcodes) const noexcept {
        std::error_code ignored;
        std::vector<fs::path> made;
        for (const fs::directory_entry& entry : fs::directory_iterator(gcodes, ignored)) made.push_back(entry.path());
        for (const fs::path& path : made)
            if (!kNotData.contains(path.filename().string())) fs::remove_all(path, ignored);
        fs::remove(gcodes, ignored);
        fs::remove(data_ / crypto::kSecretFileName, ignored);
        fs::remove(draft_, ignored);
    }

    fs::path data_;
    fs::path gcodes_;
    fs::path database_;
    fs::path draft_;
    bool is_begun_ = false;
};

}  // namespace

Manifest restore(const config::Config& config, const fs::path& backup) {
    Manifest manifest = read_whole(backup);
    const DataDirectoryLock lock(config, DataDirectoryLock::Use::kAlone);
    Restoration restoration(config);
    restoration.copy(backup, manifest);
    restoration.commit();
    return manifest;
}

}  // namespace karmen::maintenance::backup
