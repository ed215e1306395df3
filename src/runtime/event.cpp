#include "runtime/event.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace karmen {

namespace {

constexpr auto kUseTuple = boost::asio::as_tuple(boost::asio::use_awaitable);

/// Both the event and a cancel of the waiter end the wait with operation_aborted: the coroutine's own state shows which
/// one it was.
Awaitable<void> wait_until_cancelled(boost::asio::steady_timer& timer) {
    co_await timer.async_wait(kUseTuple);
    const auto state = co_await boost::asio::this_coro::cancellation_state;
    if (state.cancelled() != boost::asio::cancellation_type::none)
        throw boost::system::system_error(boost::asio::error::operation_aborted);
}

}  // namespace

Awaitable<void> Event::wait() {
    while (!is_set_) co_await wait_until_cancelled(timer_);
}

Awaitable<void> Condition::wait() {
    return wait_until_cancelled(timer_);
}

Awaitable<Semaphore::Place> Semaphore::acquire() {
    try {
        while (free_ == 0) co_await wait_until_cancelled(freed_);
    } catch (...) {
        // The wake-up may have been for this waiter, which is cancelled at the same moment. Pass it on, or a place
        // stays empty.
        if (free_ > 0) freed_.cancel_one();
        throw;
    }
    --free_;
    co_return Place(*this);
}

}  // namespace karmen
