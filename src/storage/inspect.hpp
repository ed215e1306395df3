#pragma once

#include "base/clock.hpp"
#include "storage/database.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace karmen::storage {

/// Whether an SQLite database is sound, also while a server works on it; its Database should be opened with
/// Use::kInspect. Holds no state of its own. Any thread, blocks; throws what Session throws.
class Inspector {
  public:
    explicit Inspector(Database& database) : database_(database) {}

    /// What is broken in the file, at most `problems_max` of it; empty: nothing. Reads the whole file.
    std::vector<std::string> integrity_problems(std::size_t problems_max);
    /// `table: number of rows` for each table with rows that refer to rows which are not there.
    std::vector<std::string> dangling_references();
    /// When the youngest row was made; none in an empty database. Needs all migrations.
    std::optional<Timestamp> newest_row();

  private:
    Database& database_;
};

}  // namespace karmen::storage
