#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"
#include "domain/access.hpp"
#include "domain/gcode.hpp"
#include "domain/gcode_format.hpp"
#include "domain/list_query.hpp"
#include "events/changes.hpp"
#include "files/gcode_store.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/pool.hpp"
#include "storage/list_reader.hpp"
#include "storage/tables/gcode_repository.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace karmen::services {

/// A file that is being uploaded: takes its bytes as they come and writes them to the disk in blocks. Loop only. If it
/// is destroyed unfinished, nothing is left.
class GcodeUpload {
  public:
    GcodeUpload(std::unique_ptr<files::Upload> file, Pool& files);
    ~GcodeUpload();
    GcodeUpload(GcodeUpload&&) = default;

    Awaitable<void> append(std::span<const char> bytes);

  private:
    friend class Gcodes;
    Awaitable<void> flush();

    std::unique_ptr<files::Upload> file_;
    Pool* files_;
    std::vector<char> block_;
};

/// What to do with an upload that its user has made before, with the same bytes, name and folder.
enum class Repeated {
    kTwice,  ///< store one more file, with another name in the store
    kOnce,   ///< use the earlier file
};

/// The library of g-code files: rows in the database, bytes in the store. Loop only.
class Gcodes {
  public:
    struct Dependencies {
        storage::GcodeRepository& gcodes;
        files::GcodeStore& store;
        const Clock& clock;
        storage::ListReader& lists;
        Pool& blocking;
        Pool& files;
        Log& log;
        events::ChangeListener& changes;
        std::uint64_t user_bytes_max = 0;  ///< of all files of one user; 0: no quota
    };
    explicit Gcodes(Dependencies dependencies) : with_(dependencies) {}

    /// `size_hint`: how many bytes will come, including the form around the file. Throws Error: kDiskFull if there is
    /// not enough space for it and the reserve, kQuotaExceeded if it would exceed the owner's quota.
    Awaitable<GcodeUpload> begin_upload(std::uint64_t size_hint, Principal owner,
                                        GcodeFormat format = GcodeFormat::kText);

    /// Stores the file durably and lists it. When this returns, the file cannot be lost. Throws Error: kInvalidInput
    /// for a folder that leaves the store, kQuotaExceeded.
    Awaitable<Gcode> finish_upload(GcodeUpload upload, Principal owner, std::string folder, std::string display,
                                   Repeated repeated = Repeated::kTwice);

    Awaitable<Page<Gcode>> list(ListQuery query);

    /// Throws Error(kGcodeNotFound).
    Awaitable<Gcode> find(std::int64_t id);

    struct Content {
        Gcode gcode;
        files::OpenFile file;
    };
    /// Throws Error(kGcodeNotFound), also if the file is missing on the disk.
    Awaitable<Content> open(std::int64_t id);

    /// Its print jobs keep their copy of the data. Throws Error: kGcodeNotFound, kNotOwner.
    Awaitable<void> remove(std::int64_t id, Principal who);

    /// At start: replaces the absolute paths in rows of Karmen 0.0.13 by the place in the store, if the file is found
    /// there. Several processes may do this, and repeat it. Blocks.
    void adopt_old_paths();
    /// At start, before uploads: see GcodeStore::recover. Blocks.
    void recover(const std::filesystem::path& unlisted_folder);
    /// The same while processes accept uploads: ignores files younger than a day.
    Awaitable<void> clean(std::filesystem::path unlisted_folder);

    /// Analyses files that have no analysis or an old one, also those that were missing and are back. Hashes files
    /// without a SHA-256, such as those of Karmen 0.0.13.
    Awaitable<void> analyze_missing();

  private:
    /// Whether the row has changed.
    bool analyze(const Gcode& gcode);
    Awaitable<void> tell_of(std::int64_t id);
    void recover(const std::filesystem::path& unlisted_folder, std::chrono::seconds age_min);
    bool is_listed(const std::string& relative_path);
    void show_relative_path(Gcode& gcode) const;
    /// Returns the row of the file: an earlier row of the same file, or this one after it was listed. Blocks.
    Gcode list_or_drop(Gcode row, Repeated repeated);
    std::optional<Gcode> find_same(const Gcode& row);

    Dependencies with_;
};

}  // namespace karmen::services
