#pragma once

#include "base/log.hpp"
#include "fleet/printer_locks.hpp"
#include "redis/client.hpp"
#include "runtime/task_group.hpp"

#include <chrono>
#include <string>

namespace karmen::cluster {

/// Locks that hold for all processes: a key in Redis that lives for `lifetime` and is renewed while the lock is held.
/// The locks of a dead process expire with their keys. Loop only; owned by the composition root, stopped before the
/// loop ends.
class RedisPrinterLocks final : public fleet::PrinterLocks {
  public:
    RedisPrinterLocks(Executor loop, redis::Client& client, std::string key_prefix, std::chrono::milliseconds lifetime,
                      Log& log);

    Awaitable<std::unique_ptr<Lock>> try_lock(Uuid printer) override;

    /// Gives back all released locks before it returns.
    Awaitable<void> stop();

  private:
    class Held;
    struct Key;
    Awaitable<void> keep(std::shared_ptr<Key> key);
    Awaitable<void> release(std::shared_ptr<Key> key);

    Executor loop_;
    redis::Client& client_;
    std::string key_prefix_;
    std::chrono::milliseconds lifetime_;
    Log& log_;
    TaskGroup renewals_;
    TaskGroup releases_;
};

}  // namespace karmen::cluster
