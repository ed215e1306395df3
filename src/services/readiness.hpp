#pragma once

#include "base/log.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/task_group.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace karmen::services {

/// Whether this process can do its work now, and why not: for load balancers and people. Owned by the composition root,
/// which stops it before the loop ends. Loop only.
class Readiness {
  public:
    /// Throws Error if the checked part cannot be used.
    struct Check {
        std::string name;
        std::function<Awaitable<void>()> run;
    };

    Readiness(Executor loop, std::vector<Check> checks, std::chrono::milliseconds timeout, Log& log);

    /// Runs all checks at the same time. Throws Error(kNotReady); its fields say what is wrong. It waits for a hanging
    /// disk or database no longer than the timeout, and does not start a second check while one hangs.
    Awaitable<void> require();

    Awaitable<void> stop();

  private:
    struct Look;
    std::shared_ptr<Look> look(const Check& check);
    static Awaitable<void> run(std::shared_ptr<Look> look, Awaitable<void> check);

    Executor loop_;
    std::vector<Check> checks_;
    std::chrono::milliseconds timeout_;
    std::map<std::string, std::shared_ptr<Look>> looks_;  ///< the last of each
    TaskGroup tasks_;
};

}  // namespace karmen::services
