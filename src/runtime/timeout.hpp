#pragma once

#include "runtime/awaitable.hpp"
#include "runtime/event.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <utility>

namespace karmen {

namespace detail {

template <class T>
Awaitable<void> store(Awaitable<T> operation, std::optional<T>& result) {
    result.emplace(co_await std::move(operation));
}

}  // namespace detail

/// Runs `operation` and cancels it if it takes longer; false if it did not finish in time. It has ended in both cases
/// when this returns. Its exceptions are passed on, except those that come after its time is up.
inline Awaitable<bool> finishes_within(std::chrono::milliseconds limit, Awaitable<void> operation) {
    namespace asio = boost::asio;
    const Executor loop = co_await asio::this_coro::executor;
    asio::steady_timer timer(loop, limit);
    const auto [order, error, timer_error] =
        co_await asio::experimental::make_parallel_group(asio::co_spawn(loop, std::move(operation), asio::deferred),
                                                         timer.async_wait(asio::deferred))
            .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    const bool timed_out = order[0] == 1 && !timer_error;
    if (timed_out && error) co_return false;
    if (error) std::rethrow_exception(error);
    co_return true;
}

/// Runs `operation` and cancels it if `event` happens first, and returns false then. Otherwise like finishes_within.
inline Awaitable<bool> finishes_before(Event& event, Awaitable<void> operation) {
    namespace asio = boost::asio;
    const Executor loop = co_await asio::this_coro::executor;
    const auto [order, error, event_error] =
        co_await asio::experimental::make_parallel_group(asio::co_spawn(loop, std::move(operation), asio::deferred),
                                                         asio::co_spawn(loop, event.wait(), asio::deferred))
            .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    const bool has_happened = order[0] == 1 && !event_error;
    if (has_happened && error) co_return false;
    if (error) std::rethrow_exception(error);
    co_return true;
}

/// Like finishes_within, for an operation with a value; nullopt if it did not finish in time.
template <class T>
Awaitable<std::optional<T>> with_timeout(std::chrono::milliseconds limit, Awaitable<T> operation) {
    std::optional<T> result;
    if (!co_await finishes_within(limit, detail::store(std::move(operation), result))) result.reset();
    co_return result;
}

/// Like finishes_before, for an operation with a value; nullopt if the event happened first.
template <class T>
Awaitable<std::optional<T>> unless(Event& event, Awaitable<T> operation) {
    std::optional<T> result;
    if (!co_await finishes_before(event, detail::store(std::move(operation), result))) result.reset();
    co_return result;
}

}  // namespace karmen
