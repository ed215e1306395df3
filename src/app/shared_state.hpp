#pragma once

#include "app/process_kind.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "config/config.hpp"
#include "events/event_journal.hpp"
#include "fleet/printer_exchange.hpp"
#include "fleet/printer_locks.hpp"
#include "fleet/printer_monitor.hpp"
#include "identity/login_throttle.hpp"
#include "maintenance/persistence.hpp"
#include "runtime/pool.hpp"
#include "tasks/queue.hpp"
#include "tasks/timetable.hpp"

#include <functional>
#include <memory>
#include <string>

namespace karmen::app {

/// What the processes of an installation have in common beside the database: in memory and in the database for the
/// process that is all of it, in Redis for many. Owned by the composition root; loop only.
class SharedState {
  public:
    virtual ~SharedState() = default;

    virtual identity::LoginThrottle& login_throttle() = 0;
    virtual fleet::PrinterExchange& exchange() = 0;
    virtual fleet::PrinterLocks& printer_locks() = 0;
    virtual events::EventJournal& events() = 0;
    virtual tasks::Queue& queue() = 0;
    virtual tasks::Timetable& timetable() = 0;

    /// Whether this process looks after the printer; on_change of start() says when that may be otherwise.
    virtual bool looks_after(const std::string& host) const = 0;
    /// Throws Error when the others cannot be reached.
    virtual Awaitable<void> require_reachable() = 0;

    virtual Awaitable<void> start(fleet::PrinterMonitor& monitor, std::function<void()> on_change) = 0;
    /// After everything that uses it, but before the monitor that start() was given is destroyed.
    virtual Awaitable<void> stop() = 0;
};

struct SharedStateParts {
    Executor loop;
    const config::Config& config;
    ProcessKind kind;
    storage::TaskRepository& tasks;
    Pool& blocking;
    const Clock& clock;
    Log& log;
};

/// For kServe of this process alone, for the others over Redis. All that `parts` refers to outlives it. Throws Error
/// with a message for the operator when the configuration does not fit.
std::unique_ptr<SharedState> make_shared_state(const SharedStateParts& parts);

tasks::QueueOptions queue_options(const config::Tasks& tasks);

}  // namespace karmen::app
