#pragma once

#include "base/uuid.hpp"
#include "fleet/printer_exchange.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/event.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace karmen::fleet {

/// Who may ask a printer now: this process or another one. Loop only; outlives its callers.
class Claims {
  public:
    /// The claim of a dead process expires after `lifetime`; claims of this one are renewed while it asks.
    Claims(Executor loop, PrinterExchange& exchange, std::chrono::milliseconds lifetime)
        : loop_(std::move(loop)), exchange_(exchange), lifetime_(lifetime) {}

    /// nullopt if another process is asking: then hear() waits for what it tells.
    Awaitable<std::optional<PrinterExchange::Claim>> claim(Uuid printer);
    /// True if the other process has told what it saw, false if the printer can be claimed again.
    Awaitable<bool> hear(Uuid printer);

    /// Runs an operation that asks the printer, and renews the claim meanwhile.
    template <class T>
    Awaitable<T> renewed_during(Uuid printer, Awaitable<T> operation) {
        namespace asio = boost::asio;
        auto [order, error, result, renewal_error] =
            co_await asio::experimental::make_parallel_group(
                asio::co_spawn(loop_, std::move(operation), asio::deferred),
                asio::co_spawn(loop_, renew(printer), asio::deferred))
                .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
        if (error) std::rethrow_exception(error);
        co_return std::move(result);
    }

    /// Ends the claim with a result.
    Awaitable<void> publish(Uuid printer, std::string host, PrinterExchange::Claim claim, PrinterSnapshot snapshot);
    /// Ends the claim without one.
    Awaitable<void> give_back(Uuid printer);
    /// Other processes need not wait until the claims of cancelled questions expire.
    Awaitable<void> give_all_back();

    /// What another process said.
    enum class Told { kSnapshot, kNothing };
    void told(const Uuid& printer, Told what);
    /// Those who wait for another process need not wait any more.
    void forget(const Uuid& printer);

  private:
    struct State {
        std::shared_ptr<Event> heard;  ///< set when another process has told what it saw, or that it tells nothing
        bool has_learnt = false;       ///< it told what it saw
        bool is_claimed = false;       ///< by this process
    };
    Awaitable<void> renew(Uuid printer);

    Executor loop_;
    PrinterExchange& exchange_;
    std::chrono::milliseconds lifetime_;
    std::map<Uuid, State> states_;
};

}  // namespace karmen::fleet
