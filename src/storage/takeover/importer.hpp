#pragma once

#include "storage/database.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace karmen::storage {

/// Copies everything from a PostgreSQL database of this program or of Karmen 0.0.13 into an embedded database with all
/// migrations. It only reads the source, in the state of one moment. Any thread, blocks.
class Importer {
  public:
    enum class IfNotEmpty { kRefuse, kReplace };
    struct Copied {
        std::string table;
        std::int64_t rows = 0;
    };

    Importer(Database& source, Database& target) : source_(source), target_(target) {}

    /// All or nothing; ids stay the same. Throws Error: kConflict if the source must be migrated first or belongs to
    /// another program, or if the target has rows that may not be replaced; kInternal if not every row arrived; and as
    /// Session throws.
    std::vector<Copied> run(IfNotEmpty if_not_empty);

  private:
    Database& source_;
    Database& target_;
};

}  // namespace karmen::storage
