#include "runtime/task_group.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cassert>
#include <exception>

namespace karmen {

TaskGroup::TaskGroup(Executor loop, Log& log, std::string name)
    : loop_(loop), log_(log), name_(std::move(name)), emptied_(loop, boost::asio::steady_timer::time_point::max()) {}

TaskGroup::~TaskGroup() {
    assert(tasks_.empty() && "cancel() and join() come first");
}

void TaskGroup::spawn(Awaitable<void> task) {
    const auto node = tasks_.emplace(tasks_.end());
    boost::asio::co_spawn(
        loop_, std::move(task),
        boost::asio::bind_cancellation_slot(node->cancel.slot(),
                                            [this, node](const std::exception_ptr& error) { finished(node, error); }));
    if (is_cancelled_) node->cancel.emit(boost::asio::cancellation_type::terminal);
}

void TaskGroup::cancel() {
    is_cancelled_ = true;
    for (Task& task : tasks_) task.cancel.emit(boost::asio::cancellation_type::terminal);
}

void TaskGroup::finished(std::list<Task>::iterator task, const std::exception_ptr& error) {
    try {
        if (error) std::rethrow_exception(error);
    } catch (const boost::system::system_error& failure) {
        if (failure.code() != boost::asio::error::operation_aborted)
            log_.error("task ended by an error", {{"task", name_}, {"error", failure.what()}});
    } catch (const boost::asio::multiple_exceptions& failure) {
        // A cancel fails all operations that run side by side (`a && b`).
        if (!is_cancelled_) log_.error("task ended by an error", {{"task", name_}, {"error", failure.what()}});
    } catch (const std::exception& failure) {
        log_.error("task ended by an error", {{"task", name_}, {"error", failure.what()}});
    }
    // The frame that calls us still uses the signal's slot, so the node is removed in a separate step.
    boost::asio::post(loop_, [this, task] {
        tasks_.erase(task);
        if (tasks_.empty()) emptied_.cancel();
    });
}

Awaitable<void> TaskGroup::join() {
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
    while (!tasks_.empty()) co_await emptied_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
}

}  // namespace karmen
