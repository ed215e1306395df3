#pragma once

#include "domain/list_query.hpp"
#include "domain/printjob.hpp"
#include "storage/database.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace karmen::storage {

/// Table printjobs. Holds no state of its own. Any thread, blocks; throws what Session throws.
class PrintJobRepository {
  public:
    explicit PrintJobRepository(Database& database) : database_(database) {}

    /// Returns the id, which is never used twice. If the g-code was removed while the print was started, the row is
    /// `available: false`.
    std::int64_t insert(const PrintJob& job);
    /// The id of the row that a failed insert of this print job has left; nullopt if there is none. A connection may
    /// break after the commit.
    std::optional<std::int64_t> id_of(const PrintJob& job);
    std::optional<PrintJob> find(std::int64_t id);
    /// The print job that was started last, in any state.
    std::optional<PrintJob> latest_for_printer(const Uuid& printer);
    /// By id unless asked otherwise; ordering by `gcode_data` or `printer_data` is ignored.
    Page<PrintJob> list(const ListQuery& query);
    /// Whether this list may cost as much as all rows. Does not ask the database.
    static bool may_read_all_rows(const ListQuery& query);
    /// False when there is no such print job.
    bool remove(std::int64_t id);

  private:
    Database& database_;
};

}  // namespace karmen::storage
