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

    /// Returns its id; the one of the entry is not looked at.
    std::int64_t insert(const AuditEntry& entry);
    void add_times(std::int64_t id, std::int64_t times);

    /// By id unless asked otherwise.
    Page<AuditEntry> list(const ListQuery& query);
    /// Whether this list may cost as much as all rows. Does not ask the database.
    static bool may_read_all_rows(const ListQuery& query);

    /// Removes what is older than `oldest`, and of the rest so much that `rows_max` stay: refusals first, since
    /// strangers can make as many of them as they like, and of each kind the oldest first.
    void clean(Timestamp oldest, std::int64_t rows_max);

  private:
    Database& database_;
};

}  // namespace karmen::storage
