#pragma once

#include "runtime/awaitable.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace karmen {

/// Threads for blocking calls and computing, with a bounded queue. Any thread may submit. The destructor finishes what
/// was accepted; it must run before the loop's.
class Pool {
  public:
    Pool(std::string name, std::size_t threads, std::size_t queue_max);
    ~Pool();

    /// Takes a place in the queue. Throws Error(kOverloaded) if all places are taken. Each place is for one `submit`.
    void reserve();
    void submit(std::move_only_function<void()> work);

    /// Accepted and not finished yet.
    std::size_t unfinished() const { return unfinished_.load(std::memory_order_relaxed); }

  private:
    std::string name_;
    std::size_t unfinished_max_;
    std::atomic<std::size_t> unfinished_{0};
    boost::asio::thread_pool threads_;
};

namespace detail {

/// What came out of a call on another thread: a value or an exception.
template <class R>
struct Outcome {
    std::optional<R> value;
    std::exception_ptr error;

    template <class F>
    void run(F& fn) noexcept {
        try {
            value.emplace(fn());
        } catch (...) {
            error = std::current_exception();
        }
    }
    R take() {
        if (error) std::rethrow_exception(error);
        return std::move(*value);  // NOLINT(bugprone-unchecked-optional-access): one of both is there
    }
};

template <>
struct Outcome<void> {
    std::exception_ptr error;

    template <class F>
    void run(F& fn) noexcept {
        try {
            fn();
        } catch (...) {
            error = std::current_exception();
        }
    }
    void take() {
        if (error) std::rethrow_exception(error);
    }
};

}  // namespace detail

/// Leaves the loop, runs `fn` on the pool, returns to the loop with its value or exception. A cancel does not stop
/// `fn`, which may refer to the caller's variables for that reason; it takes effect at the caller's next co_await.
/// Throws Error(kOverloaded) when the pool's queue is full.
template <class F>
Awaitable<std::invoke_result_t<F&>> offload(Pool& pool, F fn) {
    const Executor loop = co_await boost::asio::this_coro::executor;
    detail::Outcome<std::invoke_result_t<F&>> outcome;
    pool.reserve();
    co_await boost::asio::async_initiate<decltype(boost::asio::use_awaitable), void()>(
        [&pool, &fn, &outcome, &loop](auto handler) {
            pool.submit(
                [&fn, &outcome, handler = std::move(handler), guard = boost::asio::make_work_guard(loop)]() mutable {
                    outcome.run(fn);
                    // The frame that `fn` and `outcome` live in may be gone as soon as the handler is posted.
                    const Executor home = guard.get_executor();
                    boost::asio::post(home, std::move(handler));
                });
        },
        boost::asio::use_awaitable);
    co_return outcome.take();
}

}  // namespace karmen
