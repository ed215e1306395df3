#pragma once

#include "base/random.hpp"
#include "events/test_bench.hpp"
#include "redis/test_server.hpp"

namespace karmen::cluster {

/// For tests only: the shared Redis, with names that no other test uses.
class ClusterTest : public events::ServiceTest {
  public:
    /// Runs it between start and stop of everything.
    void play(Awaitable<void> scenario) { run(run_then_stop(started(std::move(scenario)), *this)); }

    virtual Awaitable<void> start() { co_await client.start(); }
    virtual Awaitable<void> stop() { co_await client.stop(); }

    Awaitable<redis::Reply> command(redis::Arguments arguments) {
        co_return co_await client.command(std::move(arguments));
    }

  private:
    Awaitable<void> started(Awaitable<void> scenario) {
        co_await start();
        co_await std::move(scenario);
    }

  public:
    redis::ConnectionOptions connection = redis::quick(redis::shared_server());
    std::string prefix = "test:" + random_hex(8) + ":";
    redis::Client client{loop.executor(), connection, log, redis::kQuickDelay};
};

}  // namespace karmen::cluster
