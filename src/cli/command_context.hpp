#pragma once

#include "base/clock.hpp"
#include "config/config.hpp"
#include "maintenance/persistence.hpp"
#include "runtime/loop.hpp"
#include "runtime/pool.hpp"

#include <utility>

namespace karmen::cli {

/// What a command works with: the database in the data directory, and a loop of its own. It needs no server, and a
/// running server sees the changes at once. Made by the command; its thread is the thread of the loop.
struct CommandContext {
    /// Throws Error with a message for the operator.
    explicit CommandContext(const config::Config& config,
                            maintenance::UnreadyDatabase unready = maintenance::UnreadyDatabase::kRefuse)
        : persistence(config, unready) {}

    /// Runs `task` to its end; gives its value or throws its exception.
    template <class T>
    T run(Awaitable<T> task) {
        return loop.run_until_done(std::move(task));
    }

    Loop loop;
    SystemClock clock;
    maintenance::Persistence persistence;
    Pool blocking{"command", 1, 1000};
};

}  // namespace karmen::cli
