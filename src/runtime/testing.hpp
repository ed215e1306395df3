#pragma once

#include "base/error.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/pool.hpp"
#include "runtime/sleep.hpp"

#include <chrono>
#include <exception>
#include <functional>
#include <latch>
#include <memory>
#include <optional>
#include <utility>

/// For tests only.
namespace karmen {

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
