#pragma once

#include "base/log.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/event.hpp"

#include <boost/asio/cancellation_signal.hpp>

#include <list>
#include <string>

namespace karmen {

/// Coroutines that run beside their owner, and end before it: cancel(), then co_await join(). The only place that
/// detaches. Loop only; owned by the object that spawns. REQUIRES: join() has returned before it is destroyed.
class TaskGroup {
  public:
    /// `name` is logged if a task ends with an exception other than its cancellation.
    TaskGroup(Executor loop, Log& log, std::string name);
    ~TaskGroup();
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    /// The coroutine must own what it uses or use what outlives the group: values, not references to the spawner's
    /// locals. After cancel() a new task gets as far as its first wait.
    void spawn(Awaitable<void> task);

    /// Cancels what runs and what will be spawned.
    void cancel();

    /// Returns when no task is left. It goes on waiting even if the waiter is cancelled, because otherwise tasks would
    /// be left behind.
    Awaitable<void> join();

    std::size_t size() const { return tasks_.size(); }

  private:
    struct Task {
        boost::asio::cancellation_signal cancel;
    };
    void finished(std::list<Task>::iterator task, const std::exception_ptr& error);

    Executor loop_;
    Log& log_;
    std::string name_;
    std::list<Task> tasks_;
    boost::asio::steady_timer emptied_;
    bool is_cancelled_ = false;
};

}  // namespace karmen
