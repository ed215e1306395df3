#pragma once

#include "base/log.hpp"
#include "fleet/printer_exchange.hpp"
#include "fleet/printer_monitor.hpp"
#include "redis/client.hpp"
#include "redis/subscription.hpp"
#include "runtime/task_group.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace karmen::cluster {

struct PrinterExchangeOptions {
    std::string key_prefix = "karmen:";
    /// After this time other processes may ask a printer, although the holder of the claim has not published.
    std::chrono::milliseconds claim_lifetime{3'000};
    /// How long Redis keeps what was not seen again: snapshots, and in `webcam_<id>` the addresses of streams.
    std::chrono::milliseconds seen_lifetime{std::chrono::minutes(10)};
    redis::ConnectionOptions connection;
};

/// The exchange over Redis: claims are keys, everything else is published on a channel. The last snapshots are also
/// kept for processes that start later, except those of cameras with a password. `webcam_<id>` has the address
/// of each webcam's stream, for nginx. Without Redis each process asks the printers by itself. Owned by the composition
/// root; loop only.
class RedisPrinterExchange final : public fleet::PrinterExchange, private redis::Subscription::Listener {
  public:
    RedisPrinterExchange(Executor loop, redis::Client& client, PrinterExchangeOptions options, Log& log);

    /// From now on `monitor` gets the results of other processes. It outlives stop().
    void start(fleet::PrinterMonitor& monitor);
    Awaitable<void> stop();

    Awaitable<std::optional<Claim>> claim(Uuid printer) override;
    Awaitable<void> publish(Uuid printer, std::string host, Claim claim, PrinterSnapshot snapshot) override;
    Awaitable<void> give_back(Uuid printer) override;
    Awaitable<bool> want(std::vector<Uuid> printers) override;
    void recall(std::vector<Uuid> printers) override;
    void invalidate(const Uuid& printer) override;
    void forget(const Uuid& printer) override;

    bool is_listening() const { return subscription_.is_subscribed(); }

  private:
    void on_subscribed() override;
    void on_message(std::string_view channel, const std::string& payload) override;
    Awaitable<void> run(const redis::Script& script, redis::Arguments keys, redis::Arguments arguments);
    /// The claim and the version of the printer's state.
    redis::Arguments keys_of(const Uuid& printer) const;
    std::string snapshot_key(const Uuid& printer) const;
    Awaitable<void> read_published(std::vector<Uuid> printers);
    void learn_published(const redis::Reply& seen, const redis::Reply& remaining_ms);
    /// And its last snapshot, and the webcam's address, which nginx looks for.
    redis::Arguments keys_with_webcam_of(const Uuid& printer) const;

    redis::Client& client_;
    PrinterExchangeOptions options_;
    Log& log_;
    std::string id_;       ///< of this process
    std::string channel_;  ///< contains the number of the database, because channels are shared by all databases
    TaskGroup tasks_;
    redis::Subscription subscription_;
    fleet::PrinterMonitor* monitor_ = nullptr;
};

}  // namespace karmen::cluster
