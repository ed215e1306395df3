#pragma once

#include "storage/database.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace karmen::storage {

/// Copies all that a PostgreSQL database holds, of this program or of Karmen 0.0.13, into an embedded one with all
/// migrations. The source is only read, as it is at one moment. Any thread, blocks.
class Importer {
  public:
    enum class IfNotEmpty { kRefuse, kReplace };
    struct Copied {
        std::string table;
        std::int64_t rows = 0;
    };

    Importer(Database& source, Database& target) : source_(source), target_(target) {}

    /// All or nothing; ids stay. Throws Error: kConflict for a source that would have to be migrated first or is
    /// somebody else's, and for a target with rows that may not be replaced; kInternal when not every row arrived; and
    /// what Session throws.
    std::vector<Copied> run(IfNotEmpty if_not_empty);

  private:
    Database& source_;
    Database& target_;
};

}  // namespace karmen::storage
