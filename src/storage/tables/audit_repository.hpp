#pragma once

#include "domain/audit_entry.hpp"
#include "domain/list_query.hpp"
#include "storage/database.hpp"

#include <cstdint>

namespace karmen::storage {

/// Table audit. Holds no state of its own. Any thread, blocks; throws what Session throws.
class AuditRepository {
  public:
    explicit AuditRepository(Database& database) : database_(database) {}

    /// Returns the new id; the id in the entry is ignored.
    std::int64_t insert(const AuditEntry& entry);
    void add_times(std::int64_t id, std::int64_t times);

    /// By id unless asked otherwise.
    Page<AuditEntry> list(const ListQuery& query);
    /// Whether this list may cost as much as all rows. Does not ask the database.
    static bool may_read_all_rows(const ListQuery& query);

    /// Removes entries older than `oldest`, then entries until `rows_max` are left: refusals first, because strangers
    /// can cause any number of them, and of each kind the oldest first.
    void clean(Timestamp oldest, std::int64_t rows_max);

  private:
    Database& database_;
};

}  // namespace karmen::storage
