#pragma once

#include "runtime/awaitable.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace karmen::services {

/// Whether this process can do its work now: for load balancers, and for people who want to know why not. Owned by the
/// composition root. Loop only.
class Readiness {
  public:
    /// Throws Error when what it looks at cannot be used.
    struct Check {
        std::string name;
        std::function<Awaitable<void>()> run;
    };

    Readiness(std::vector<Check> checks, std::chrono::milliseconds timeout)
        : checks_(std::move(checks)), timeout_(timeout) {}

    /// Looks at everything, at the same time. Throws Error(kNotReady), whose fields say what is wrong where.
    Awaitable<void> require();

  private:
    std::vector<Check> checks_;
    std::chrono::milliseconds timeout_;
};

}  // namespace karmen::services
