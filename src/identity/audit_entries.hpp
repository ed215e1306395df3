#pragma once

#include "domain/audit_entry.hpp"
#include "runtime/awaitable.hpp"
#include "storage/list_reader.hpp"
#include "storage/tables/audit_repository.hpp"

#include <utility>

namespace karmen::identity {

/// Reads the audit log. Loop only; owned by the composition root.
class AuditEntries {
  public:
    AuditEntries(storage::AuditRepository& entries, storage::ListReader& lists) : entries_(entries), lists_(lists) {}

    /// Throws as ListReader.
    Awaitable<Page<AuditEntry>> list(ListQuery query) { co_return co_await lists_.read(entries_, std::move(query)); }

  private:
    storage::AuditRepository& entries_;
    storage::ListReader& lists_;
};

}  // namespace karmen::identity
