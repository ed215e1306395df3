#pragma once

#include "runtime/task_group.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace karmen::net {

/// For tests only. Each step lets the loop do what is ready, so that with another number of steps the cancel comes at
/// another moment of what the group does.
inline Awaitable<void> cancel_after(TaskGroup& group, int steps) {
    for (int i = 0; i < steps; ++i) co_await boost::asio::post(boost::asio::use_awaitable);
    group.cancel();
    co_await group.join();
}

}  // namespace karmen::net
