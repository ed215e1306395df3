#pragma once

#include "base/log.hpp"
#include "redis/client.hpp"
#include "runtime/task_group.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace karmen::cluster {

struct WorkerRingOptions {
    std::string key_prefix = "karmen:";
    std::chrono::milliseconds interval{3'000};  ///< between two signs of life
    std::chrono::milliseconds lifetime{9'000};  ///< a worker without a sign of life for this time is gone
};

/// The living workers, and how the printers are divided among them. Each worker computes the same result by itself
/// (rendezvous hashing: if a worker comes or goes, only its own share moves). Without Redis it goes on with the last
/// known workers. Owned by the composition root; loop only.
class WorkerRing {
  public:
    /// `on_change` is called if the set of workers has changed.
    WorkerRing(Executor loop, redis::Client& client, WorkerRingOptions options, std::function<void()> on_change,
               Log& log);

    void start();
    /// The other workers take over its share with their next sign of life.
    Awaitable<void> stop();

    /// Whether this worker checks the printer. False until start() has reached Redis once.
    bool looks_after(const std::string& host) const;

    const std::string& id() const { return id_; }
    const std::vector<std::string>& workers() const { return workers_; }

  private:
    Awaitable<void> stay();
    Awaitable<void> give_sign_of_life();

    redis::Client& client_;
    WorkerRingOptions options_;
    std::function<void()> on_change_;
    Log& log_;
    std::string id_;
    std::string key_;
    std::vector<std::string> workers_;
    TaskGroup tasks_;
};

/// The worker that checks a printer; each gets about the same number. Empty if there are no workers.
std::string share_of(const std::vector<std::string>& workers, const std::string& host);

}  // namespace karmen::cluster
