#pragma once

#include "runtime/awaitable.hpp"

#include <boost/asio/signal_set.hpp>

namespace karmen {

/// SIGINT and SIGTERM: once it is constructed they no longer end the process, and a signal that comes before next() is
/// called is not lost. Loop only; owned by a command, which makes it before anything that must be stopped in order.
class TerminationSignals {
  public:
    explicit TerminationSignals(const Executor& loop) : signals_(loop, SIGINT, SIGTERM) {}

    /// Waits for one of them and returns its number.
    Awaitable<int> next();

  private:
    boost::asio::signal_set signals_;
};

}  // namespace karmen
