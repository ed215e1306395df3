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

/// What the processes of an installation share besides the database: in memory and in the database if there is only one
/// process, in Redis for many. Owned by the composition root; loop only.
class SharedState {
  public:
    virtual ~SharedState() = default;

    virtual identity::LoginThrottle& login_throttle() = 0;
    virtual fleet::PrinterExchange& exchange() = 0;
    virtual fleet::PrinterLocks& printer_locks() = 0;
    virtual events::EventJournal& events() = 0;
    virtual tasks::Queue& queue() = 0;
    virtual tasks::Timetable& timetable() = 0;

    /// Whether this process checks the printer. `on_change` of start() is called when that may have changed.
    virtual bool looks_after(const std::string& host) const = 0;
    /// Throws Error if the other processes cannot be reached.
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

/// For kServe within this process, for the other kinds over Redis. REQUIRES: the objects in `parts` outlive it. Throws
/// Error with a message for the operator if the configuration does not fit.
std::unique_ptr<SharedState> make_shared_state(const SharedStateParts& parts);

tasks::QueueOptions queue_options(const config::Tasks& tasks);

}  // namespace karmen::app
