#include "runtime/signals.hpp"

#include <boost/asio/use_awaitable.hpp>

namespace karmen {

Awaitable<int> TerminationSignals::next() {
    co_return co_await signals_.async_wait(boost::asio::use_awaitable);
}

}  // namespace karmen
