#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace karmen {

/// A coroutine on the loop. Cancelled, it throws boost::system::system_error(operation_aborted) at its next co_await.
template <class T = void>
using Awaitable = boost::asio::awaitable<T>;

using Executor = boost::asio::any_io_executor;

}  // namespace karmen
