#pragma once

#include "domain/printer_snapshot.hpp"
#include "runtime/awaitable.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace karmen::fleet {

/// What the processes of one installation tell each other about printers, so that only one of them asks a printer at a
/// time and all show the same. Messages of other processes go to PrinterMonitor::learn, hear_of_no_answer and outdate.
/// A process that cannot reach the others goes on by itself: these functions do not throw. Loop only.
class PrinterExchange {
  public:
    /// The right to ask a printer now. It ends when the result is published, or expires.
    struct Claim {
        std::int64_t version = 0;  ///< of the printer's state; each command and each change increases it
    };

    /// Publish with this claim to end a claim without a result.
    static constexpr Claim kNothingSeen{.version = -1};

    virtual ~PrinterExchange() = default;

    /// nullopt if another process is asking the printer and will publish. The holder of the claim gets it again, which
    /// renews it.
    virtual Awaitable<std::optional<Claim>> claim(std::string host) = 0;
    virtual Awaitable<void> publish(std::string host, Claim claim, PrinterSnapshot snapshot) = 0;
    /// What all processes know of the printer is out of date.
    virtual void invalidate(const std::string& host) = 0;
    /// The printer was removed.
    virtual void forget(const std::string& host) = 0;
};

/// For a process that is the whole installation.
class NoOtherProcesses final : public PrinterExchange {
  public:
    Awaitable<std::optional<Claim>> claim(std::string) override { co_return Claim{}; }
    Awaitable<void> publish(std::string, Claim, PrinterSnapshot) override { co_return; }
    void invalidate(const std::string&) override {}
    void forget(const std::string&) override {}
};

}  // namespace karmen::fleet
