#pragma once

#include "runtime/awaitable.hpp"

#include <boost/asio/io_context.hpp>

namespace karmen {

/// The one event-loop thread: it owns every socket and all state in memory. The thread that calls run() becomes that
/// thread. Outlives everything that was made with its executor, and the pools, because their results come back to it.
class Loop {
  public:
    Loop() : context_(1) {}

    /// Any thread.
    Executor executor() { return context_.get_executor(); }

    /// Returns when nothing is left to wait for. Programs end by ending their tasks, not by stopping the loop.
    void run() { context_.run(); }

    /// Runs `task` and everything that it awaits to its end; gives its value or throws its exception. For commands and
    /// tests.
    template <class T>
    T run_until_done(Awaitable<T> task);

  private:
    boost::asio::io_context context_;
};

}  // namespace karmen

#include "runtime/loop_impl.hpp"
