#pragma once

#include "base/error.hpp"

#include <chrono>
#include <mutex>
#include <optional>

namespace karmen::storage {

/// Keeps many callers from waiting one after the other for a database that does not answer. After a failure one caller
/// at a time tries to connect, and the next one not before as much time has passed as the failed attempt took; all
/// others get that failure at once. So a database that refuses at once is tried at once again. Owned by the pool of
/// connections. Any thread.
class ConnectGate {
  public:
    /// What `connect` returns. Throws what it throws.
    template <class Connect>
    auto pass(Connect connect) {
        enter();
        const auto begin = Clock::now();
        try {
            auto connection = connect();
            leave(std::nullopt, begin);
            return connection;
        } catch (const Error& error) {
            leave(error, begin);
            throw;
        } catch (...) {
            leave(std::nullopt, begin);
            throw;
        }
    }

  private:
    using Clock = std::chrono::steady_clock;

    void enter() {
        const std::lock_guard lock(mutex_);
        if (!failure_) return;
        if (is_trying_ || Clock::now() < next_) throw Error(*failure_);
        is_trying_ = true;
    }

    void leave(const std::optional<Error>& failure, Clock::time_point begin) {
        const std::lock_guard lock(mutex_);
        is_trying_ = false;
        failure_ = failure;
        next_ = Clock::now() + (Clock::now() - begin);
    }

    std::mutex mutex_;
    std::optional<Error> failure_;
    Clock::time_point next_;
    bool is_trying_ = false;
};

}  // namespace karmen::storage
