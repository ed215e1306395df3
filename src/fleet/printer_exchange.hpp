#pragma once

#include "base/uuid.hpp"
#include "domain/printer_snapshot.hpp"
#include "runtime/awaitable.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace karmen::fleet {

/// What the processes of one installation tell each other about printers, so that only one of them asks a printer at a
/// time and all show the same. Messages of other processes go to PrinterMonitor: learn, hear_of_no_answer, hear_wanted,
/// outdate and forget. A process that cannot reach the others goes on by itself: these functions do not throw. Loop
/// only.
class PrinterExchange {
  public:
    /// The right to ask a printer now. It ends when the result is published, or expires.
    struct Claim {
        std::int64_t version = 0;  ///< of the printer's state; each command and each change increases it
    };

    virtual ~PrinterExchange() = default;

    /// nullopt if another process is asking the printer and will publish. The holder of the claim gets it again, which
    /// renews it.
    virtual Awaitable<std::optional<Claim>> claim(Uuid printer) = 0;
    /// Ends the claim. `host` is where the printer was asked.
    virtual Awaitable<void> publish(Uuid printer, std::string host, Claim claim, PrinterSnapshot snapshot) = 0;
    /// Ends a claim without a result.
    virtual Awaitable<void> give_back(Uuid printer) = 0;
    /// Asks those who check these printers regularly to do so now. False if they cannot be told.
    virtual Awaitable<bool> want(std::vector<Uuid> printers) = 0;
    /// What was published of these printers before this process listened comes to PrinterMonitor::learn.
    virtual void recall(std::vector<Uuid> printers) = 0;
    /// What all processes know of the printer is out of date.
    virtual void invalidate(const Uuid& printer) = 0;
    /// The printer was removed, or its address changed: all processes read its row again.
    virtual void forget(const Uuid& printer) = 0;
};

/// For a process that is the whole installation.
class NoOtherProcesses final : public PrinterExchange {
  public:
    Awaitable<std::optional<Claim>> claim(Uuid) override { co_return Claim{}; }
    Awaitable<void> publish(Uuid, std::string, Claim, PrinterSnapshot) override { co_return; }
    Awaitable<void> give_back(Uuid) override { co_return; }
    Awaitable<bool> want(std::vector<Uuid>) override { co_return false; }
    void recall(std::vector<Uuid>) override {}
    void invalidate(const Uuid&) override {}
    void forget(const Uuid&) override {}
};

}  // namespace karmen::fleet
