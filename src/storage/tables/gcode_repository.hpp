#pragma once

#include "domain/gcode.hpp"
#include "domain/list_query.hpp"
#include "storage/database.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace karmen::storage {

Error quota_exceeded(std::uint64_t user_bytes_max);

/// Table gcodes. Holds no state of its own. Any thread, blocks; throws what Session throws.
class GcodeRepository {
  public:
    explicit GcodeRepository(Database& database) : database_(database) {}

    /// Returns the id, which is never given twice. Throws Error(kConflict) when the absolute path is taken, and
    /// OutcomeUnknown when the row may be there all the same. Error(kQuotaExceeded) when the files of its user would
    /// take more than `user_bytes_max` with it (0: any), however many are inserted at the same time.
    std::int64_t insert(const Gcode& gcode, std::uint64_t user_bytes_max = 0);
    /// What all files of the user take.
    std::uint64_t bytes_of(const Uuid& user);
    /// The first that has the same display name, folder, SHA-256 and user.
    std::optional<Gcode> find_same(const Gcode& gcode);
    std::optional<Gcode> find(std::int64_t id);
    /// Whether a row has this absolute path.
    bool has_path(std::string_view absolute_path);
    /// By id unless asked otherwise.
    Page<Gcode> list(const ListQuery& query);
    /// Whether this list may cost as much as all rows. Does not ask the database.
    static bool may_read_all_rows(const ListQuery& query);
    /// The first with a higher id that has neither an analysis nor a lasting error of one, either of an older version,
    /// or no SHA-256.
    std::optional<Gcode> first_unexamined(std::int64_t after_id);
    /// False when there is no such g-code.
    bool set_analysis(std::int64_t id, const GcodeAnalysis& analysis);
    bool set_sha256(std::int64_t id, std::string_view sha256);
    bool set_analysis_error(std::int64_t id, std::string_view error);
    /// The removed row, none when there is no such g-code. Its print jobs say from the same moment that the file is not
    /// available. The file itself is the caller's.
    std::optional<Gcode> remove(std::int64_t id);
    /// Gives every row whose path begins with `/` the one that `path_of` makes of it; none: as it is. Returns how many
    /// have changed. The callback may use the database.
    std::size_t change_absolute_paths(
        const std::function<std::optional<std::string>(const std::string& absolute_path)>& path_of);
    /// Calls back with id and absolute path of every row, in bounded memory. The callback must not use the database.
    void each_path(const std::function<void(std::int64_t id, const std::string& absolute_path)>& on_path);

  private:
    struct PathChange {
        std::int64_t id = 0;
        std::string from;
        std::string to;
    };
    std::size_t write_changes(const std::vector<PathChange>& changes);

    Database& database_;
};

}  // namespace karmen::storage
