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
    std::chrono::milliseconds lifetime{9'000};  ///< who gives none for so long is gone
};

/// The workers that are alive, and how printers are shared out among them: each worker comes to the same result by
/// itself (rendezvous hashing: when one comes or goes, only its own share moves). Without Redis it goes on with the
/// workers that it knew. Owned by the composition root; loop only.
class WorkerRing {
  public:
    /// `on_change` is called when the workers are others than before.
    WorkerRing(Executor loop, redis::Client& client, WorkerRingOptions options, std::function<void()> on_change,
               Log& log);

    void start();
    /// The others take over its share with their next sign of life.
    Awaitable<void> stop();

    /// Nobody looks after a printer for another worker, and before start() has been heard of this one looks after none.
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

/// Which of the workers looks after a printer; each gets about the same number. Empty without workers.
std::string share_of(const std::vector<std::string>& workers, const std::string& host);

}  // namespace karmen::cluster
