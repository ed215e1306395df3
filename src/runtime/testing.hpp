#pragma once

#include "base/error.hpp"
#include "base/testing.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/pool.hpp"
#include "runtime/sleep.hpp"

#include <chrono>
#include <exception>
#include <functional>
#include <latch>
#include <memory>
#include <optional>
#include <source_location>
#include <utility>

/// For tests only.
namespace karmen {

/// One step of a loop that waits; throws at the deadline.
inline Awaitable<void> wait_a_little(const TestDeadline& deadline) {
    deadline.check();
    return sleep_for(std::chrono::milliseconds(1));
}

/// Waits for something that must come.
inline Awaitable<void> until(std::function<bool()> has_come,
                             std::source_location where = std::source_location::current()) {
    for (const TestDeadline deadline(where); !has_come();) co_await wait_a_little(deadline);
}

/// The code with which an operation fails; nullopt if it succeeds.
template <class T>
Awaitable<std::optional<ErrorCode>> code_of(Awaitable<T> operation) {
    try {
        co_await std::move(operation);
    } catch (const Error& error) {
        co_return error.code();
    }
    co_return std::nullopt;
}

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

}  // namespace karmen
