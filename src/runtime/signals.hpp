#pragma once

#include "runtime/awaitable.hpp"

#include <boost/asio/signal_set.hpp>

namespace karmen {

/// SIGINT and SIGTERM: from its construction on they no longer end the process, and one that comes before anybody waits
/// is not lost. Loop only; owned by a command, which makes it before anything that needs an orderly end.
class TerminationSignals {
  public:
    explicit TerminationSignals(const Executor& loop) : signals_(loop, SIGINT, SIGTERM) {}

    /// Waits for one of them and tells which came.
    Awaitable<int> next();

  private:
    boost::asio::signal_set signals_;
};

}  // namespace karmen
