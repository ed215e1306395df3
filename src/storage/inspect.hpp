#pragma once

#include "base/clock.hpp"
#include "storage/database.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace karmen::storage {

/// Whether a database is sound, also while a server works on it; its Database should be opened with Use::kInspect.
/// PostgreSQL looks after itself: of the inside of its files nothing can be told through a connection. Holds no state
/// of its own. Any thread, blocks; throws what Session throws.
class Inspector {
  public:
    explicit Inspector(Database& database) : database_(database) {}

    /// What is broken in the file, at most `problems_max` of it; empty: nothing. Reads the whole file.
    std::vector<std::string> integrity_problems(std::size_t problems_max);
    /// `table: number of rows` for each table with rows that refer to rows which are not there.
    std::vector<std::string> dangling_references();
    /// Tables that this user may not read or write; the embedded database has no users. Needs all migrations.
    std::vector<std::string> tables_without_rights();
    /// When the youngest row was made; none in an empty database. Needs all migrations.
    std::optional<Timestamp> newest_row();

  private:
    Database& database_;
};

}  // namespace karmen::storage
