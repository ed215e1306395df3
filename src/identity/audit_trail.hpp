#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"
#include "domain/audit_entry.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/event.hpp"
#include "runtime/pool.hpp"
#include "runtime/task_group.hpp"
#include "storage/tables/audit_repository.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace karmen::identity {

/// The stable message of the log line that each entry has; its fields begin with action, result and address.
inline constexpr const char* kAuditEvent = "audit";

struct AuditOptions {
    std::chrono::milliseconds retention{std::chrono::days(365)};
    std::int64_t rows_max = 1'000'000;
    /// How many kinds of refusals in a minute get their own row; further kinds share one row for each action and
    /// result.
    std::size_t refusals_max = 100;
};

/// Writes down who did what: a line in the log at once, and a row in the table. Each action has its own row. Refusals
/// are counted, so that a flood of them is neither a flood of rows nor of writes: the first of its kind in a minute is
/// written at once, and the number of the others is added when the minute is over. Clients that are turned away because
/// they come too often or the server is busy are counted only by address, in the log too: one line for the first in a
/// minute, and one with `more`, the number of the others. Loop only; owned by the composition root.
class AuditTrail {
  public:
    struct Dependencies {
        storage::AuditRepository& entries;
        const Clock& clock;
        Pool& blocking;
        Log& log;
    };
    AuditTrail(Executor loop, Dependencies dependencies, AuditOptions options);

    /// Begins to write the entry with the current time, and goes on even if the caller is cancelled.
    void begin(AuditEntry entry);
    /// The same, and returns when the row was written or could not be written. A failure is only logged, because the
    /// action has happened already. Does not wait for the rows of refusals.
    Awaitable<void> record(AuditEntry entry);

    /// Adds the counts of minutes that are over, again and again until it is cancelled.
    Awaitable<void> count_regularly(std::chrono::milliseconds interval);
    /// Removes entries that are too old or too many. It may run twice: the second run finds nothing.
    Awaitable<void> clean();
    /// Adds all counts. REQUIRES: begin() is not called afterwards.
    Awaitable<void> stop();

  private:
    using Minute = std::chrono::sys_time<std::chrono::minutes>;
    struct Refusal {
        AuditEntry first;
        Event was_written;               ///< also set if writing failed
        std::optional<std::int64_t> id;  ///< of the first, when it is in the table
        std::int64_t uncounted = 0;
    };
    using SharedRefusal = std::shared_ptr<Refusal>;

    void log(const AuditEntry& entry);
    void log_more(const AuditEntry& first, std::int64_t more);
    void count_refusal(AuditEntry entry);
    void end_minute();
    Awaitable<void> write(AuditEntry entry, std::shared_ptr<Event> written);
    Awaitable<void> write_first(SharedRefusal refusal);
    Awaitable<void> add_count(SharedRefusal refusal);
    Awaitable<std::optional<std::int64_t>> insert(AuditEntry entry);

    Dependencies with_;
    AuditOptions options_;
    Minute minute_{};
    std::map<std::string, SharedRefusal> refusals_;  ///< of this minute
    Executor loop_;
    TaskGroup writes_;
};

}  // namespace karmen::identity
