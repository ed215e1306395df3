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

    /// Returns the id, which is never used twice. Throws Error(kConflict) if the absolute path is taken, OutcomeUnknown
    /// if the row may exist in spite of an error, and Error(kQuotaExceeded) if the files of its user would exceed
    /// `user_bytes_max` (0: no quota), even if several rows are inserted at the same time.
    std::int64_t insert(const Gcode& gcode, std::uint64_t user_bytes_max = 0);
    /// The size of all files of the user.
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
    /// The first row with a higher id that has no SHA-256, or neither an analysis nor a lasting error of the current
    /// version.
    std::optional<Gcode> first_unexamined(std::int64_t after_id);
    /// False when there is no such g-code.
    bool set_analysis(std::int64_t id, const GcodeAnalysis& analysis);
    bool set_sha256(std::int64_t id, std::string_view sha256);
    bool set_analysis_error(std::int64_t id, std::string_view error);
    /// The removed row; nullopt if there is no such g-code. In the same transaction its print jobs become `available:
    /// false`. The caller removes the file.
    std::optional<Gcode> remove(std::int64_t id);
    /// Replaces every path that begins with `/` by the result of `path_of`; nullopt leaves it unchanged. Returns the
    /// number of changed rows. The callback may use the database.
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
