#pragma once

#include "base/error.hpp"
#include "base/log.hpp"
#include "domain/access.hpp"
#include "domain/user.hpp"
#include "runtime/loop.hpp"
#include "runtime/pool.hpp"
#include "runtime/sleep.hpp"
#include "services/changes.hpp"
#include "services/list_reader.hpp"
#include "services/test_clock.hpp"
#include "storage/test_database.hpp"
#include "storage/tables/user_repository.hpp"

#include <gtest/gtest.h>

#include <exception>
#include <functional>
#include <latch>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace karmen::services {

inline constexpr int kTestBcryptCost = 4;
inline constexpr std::size_t kTestQueueMax = 64;

/// Waits for something that must come; a test where it does not come is ended by the time limit of the test run.
inline Awaitable<void> until(std::function<bool()> has_come) {
    while (!has_come()) co_await sleep_for(std::chrono::milliseconds(1));
}

/// With which code an operation fails; none when it does not.
template <class T>
Awaitable<std::optional<ErrorCode>> code_of(Awaitable<T> operation) {
    try {
        co_await std::move(operation);
    } catch (const Error& error) {
        co_return error.code();
    }
    co_return std::nullopt;
}

/// For tests only: remembers what it was told.
class ChangeRecorder final : public ChangeListener {
  public:
    void on_change(const Change& change) override { all.push_back(change); }

    /// Those of one kind, in their order.
    template <class Kind>
    std::vector<Kind> of() const {
        std::vector<Kind> found;
        for (const Change& change : all)
            if (const Kind* one = std::get_if<Kind>(&change)) found.push_back(*one);
        return found;
    }

    std::vector<Change> all;
};

/// For tests only: what every service stands on. One thread in each pool, so that what was submitted runs in its order.
class ServiceTest : public testing::Test {
  public:
    template <class T>
    T run(Awaitable<T> operation) {
        return loop.run_until_done(std::move(operation));
    }

    template <class T>
    std::optional<ErrorCode> error_of(Awaitable<T> operation) {
        return run(code_of(std::move(operation)));
    }

    /// An account without a way to log in.
    Principal add_account(const std::string& username, Role role = Role::kUser) {
        const User user{.uuid = Uuid::random(), .username = username, .role = role, .created = clock.now()};
        storage::UserRepository(*database).create(user, LocalUser{.user = user.uuid, .password_hash = "none"});
        return {.user = user.uuid, .username = username, .role = role};
    }

    /// Returns when all work on files has been done, also what nobody waits for.
    void finish_file_work() {
        run(until([this] { return file_work.unfinished() == 0; }));
    }

    Loop loop;
    Log log = Log::silent();
    TurnableClock clock;
    ChangeRecorder changes;
    storage::TestDatabase database;
    Pool blocking{"blocking", 1, kTestQueueMax};
    Pool file_work{"files", 1, kTestQueueMax};
    Pool cpu{"cpu", 1, kTestQueueMax};
    Pool list_work{"lists", 1, kTestQueueMax};
    ListReader lists{blocking, list_work, std::chrono::hours(1)};
};

/// Keeps a pool of one thread from working until it is destroyed.
class PoolHold {
  public:
    explicit PoolHold(Pool& pool) : pool_(pool), release_(std::make_shared<std::latch>(1)) { submit(); }
    ~PoolHold() { release_->count_down(); }
    PoolHold(const PoolHold&) = delete;
    PoolHold& operator=(const PoolHold&) = delete;

    /// Takes all places of the queue too, so that the pool refuses work.
    void fill() {
        try {
            while (true) submit();
        } catch (const Error&) {
        }
    }

  private:
    void submit() {
        pool_.reserve();
        pool_.submit([release = release_] { release->wait(); });
    }

    Pool& pool_;
    std::shared_ptr<std::latch> release_;
};

/// Runs the scenario and stops the service, also when the scenario fails.
template <class Service>
Awaitable<void> run_then_stop(Awaitable<void> scenario, Service& service) {
    std::exception_ptr error;
    try {
        co_await std::move(scenario);
    } catch (...) {
        error = std::current_exception();
    }
    co_await service.stop();
    if (error) std::rethrow_exception(error);
}

}  // namespace karmen::services
