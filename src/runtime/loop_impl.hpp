#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <future>

namespace karmen {

template <class T>
T Loop::run_until_done(Awaitable<T> task) {
    std::future<T> result = boost::asio::co_spawn(context_, std::move(task), boost::asio::use_future);
    context_.restart();
    context_.run();
    return result.get();
}

}  // namespace karmen
