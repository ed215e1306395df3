#pragma once

#include "domain/list_query.hpp"
#include "domain/print_verdict.hpp"
#include "domain/printjob.hpp"
#include "storage/database.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace karmen::storage {

/// One step of a print job's life, and what is stored with it; what is nullopt stays as it is.
struct PrintJobStep {
    PrintJobEvent event;
    Timestamp at{};           ///< the time of the step, and of the end if it is one
    std::string reason = {};  ///< a cancel keeps the reason that was noted when it was asked for
    std::optional<Timestamp> began = {};
    std::optional<double> progress = {};
    std::optional<std::string> remote_path = {};
};

/// Table printjobs. Holds no state of its own. Any thread, blocks; throws what Session throws.
class PrintJobRepository {
  public:
    explicit PrintJobRepository(Database& database) : database_(database) {}

    /// Returns the id, which is never used twice. If the g-code was removed while the print was started, the row is
    /// `available: false`. Ends what is unknown of the same file on that printer: the printer's record of that file
    /// will tell of this print.
    std::int64_t insert(const PrintJob& job);
    /// The same, unless the print that the printer shows is that of a job: then nullopt.
    std::optional<std::int64_t> insert_foreign(const PrintJob& job, const PrintSighting& sighting);
    std::optional<PrintJob> find(std::int64_t id);
    /// Does the step if the job is still in the state `from`. Returns the job as it is then; nullopt if it is not in
    /// that state, or the event cannot happen in it: somebody else was faster.
    std::optional<PrintJob> advance(std::int64_t id, PrintJobState from, const PrintJobStep& step);
    /// Stores what the printer says on the way. False if the job is not in that state any more.
    bool note_progress(std::int64_t id, PrintJobState state, double progress, std::optional<std::int64_t> print_time_s);
    /// Stores why the print that runs on that printer will end, if it ends.
    void note_reason(const Uuid& printer, const std::string& reason);
    /// The print jobs that have not ended, by id; without those of printers that were gone before they had ids.
    std::vector<PrintJob> open();
    std::vector<PrintJob> open_of(const Uuid& printer);
    /// Those whose printer was removed and whose fate is still to be told.
    std::vector<PrintJob> open_without_printer();
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
