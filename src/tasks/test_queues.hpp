#pragma once

#include "base/random.hpp"
#include "redis/test_server.hpp"
#include "runtime/loop.hpp"
#include "storage/test_database.hpp"
#include "tasks/database_queue.hpp"
#include "tasks/database_timetable.hpp"
#include "tasks/redis_queue.hpp"
#include "tasks/redis_timetable.hpp"
#include "tasks/worker.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace karmen::tasks {

/// For tests only. The contract suites run over each kind.
enum class QueueKind { kDatabase, kRedis };

inline const auto kQueueKinds = testing::Values(QueueKind::kDatabase, QueueKind::kRedis);

inline std::string queue_kind_name(const testing::TestParamInfo<QueueKind>& kind) {
    return kind.param == QueueKind::kDatabase ? "Database" : "Redis";
}

/// Short times, so that what takes minutes in life takes none here.
inline QueueOptions quick_options() {
    return {.attempts_max = 3,
            .backoff_min = std::chrono::milliseconds(2),
            .backoff_max = std::chrono::milliseconds(10),
            .visibility_timeout = std::chrono::seconds(30)};
}

/// Remembers what a worker told.
class TestWatcher final : public TaskWatcher {
  public:
    Awaitable<void> on_step(Step step) override {
        if (refusals > 0 && step.state != TaskState::kRunning && refusals--)
            throw Error(ErrorCode::kStorageUnavailable, PublicMessage{"away"});
        steps.push_back(std::move(step));
        co_return;
    }

    std::vector<Step> steps;
    int refusals = 0;  ///< of steps that end a delivery
};

/// One queue as several workers or schedulers see it, each by an object of its own.
class TestQueues {
  public:
    virtual ~TestQueues() = default;
    virtual Awaitable<void> start() = 0;
    virtual Awaitable<void> stop() = 0;
    /// Those that this made end with stop(): they may hold connections.
    Queue& queue() { return *queues_.emplace_back(make_queue()); }
    Timetable& timetable() { return *timetables_.emplace_back(make_timetable()); }

  protected:
    virtual std::unique_ptr<Queue> make_queue() = 0;
    virtual std::unique_ptr<Timetable> make_timetable() = 0;

    std::vector<std::unique_ptr<Queue>> queues_;
    std::vector<std::unique_ptr<Timetable>> timetables_;
};

class TestDatabaseQueues final : public TestQueues {
  public:
    TestDatabaseQueues(Loop& loop, QueueOptions options) : loop_(loop), options_(options) {}

    Awaitable<void> start() override { co_return; }
    Awaitable<void> stop() override { co_return; }

  private:
    std::unique_ptr<Queue> make_queue() override {
        return std::make_unique<DatabaseQueue>(loop_.executor(), tasks_, blocking_, clock_, options_);
    }
    std::unique_ptr<Timetable> make_timetable() override {
        return std::make_unique<DatabaseTimetable>(tasks_, woken_, blocking_, clock_, options_);
    }

    Loop& loop_;
    QueueOptions options_;
    SystemClock clock_;
    storage::TestDatabase database_;
    storage::TaskRepository tasks_{*database_};
    Pool blocking_{"test", 2, 1000};
    DatabaseQueue woken_{loop_.executor(), tasks_, blocking_, clock_, options_};
};

class TestRedisQueues final : public TestQueues {
  public:
    TestRedisQueues(Loop& loop, QueueOptions options, redis::Url url = redis::shared_server())
        : options_(options), client_(loop.executor(), redis::quick(std::move(url)), log_, redis::kQuickDelay) {}

    Awaitable<void> start() override { return client_.start(); }
    Awaitable<void> stop() override {
        queues_.clear();
        if (client_.is_connected()) {
            const RedisKeys keys(prefix_);
            redis::Arguments forget{"DEL", keys.queue, keys.delayed, keys.dead, keys.last, keys.lease};
            co_await client_.command(std::move(forget));
        }
        co_await client_.stop();
    }
    redis::Client& client() { return client_; }
    const std::string& prefix() const { return prefix_; }

  private:
    std::unique_ptr<Queue> make_queue() override {
        return std::make_unique<RedisQueue>(client_, prefix_, clock_, options_, log_);
    }
    std::unique_ptr<Timetable> make_timetable() override {
        return std::make_unique<RedisTimetable>(client_, prefix_, clock_, options_, std::chrono::milliseconds(50));
    }

    QueueOptions options_;
    Log log_ = Log::silent();
    SystemClock clock_;
    std::string prefix_ = "test:" + random_hex(8) + ":";
    redis::Client client_;
};

inline std::unique_ptr<TestQueues> test_queues(QueueKind kind, Loop& loop, QueueOptions options = quick_options()) {
    if (kind == QueueKind::kDatabase) return std::make_unique<TestDatabaseQueues>(loop, options);
    return std::make_unique<TestRedisQueues>(loop, options);
}

/// Runs a scenario between start() and stop().
inline Awaitable<void> between(TestQueues& queues, Awaitable<void> scenario) {
    co_await queues.start();
    std::exception_ptr failure;
    try {
        co_await std::move(scenario);
    } catch (...) {
        failure = std::current_exception();
    }
    co_await queues.stop();
    if (failure) std::rethrow_exception(failure);
}

}  // namespace karmen::tasks
