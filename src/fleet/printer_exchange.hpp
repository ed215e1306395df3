#pragma once

#include "domain/printer_snapshot.hpp"
#include "runtime/awaitable.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace karmen::fleet {

/// What the processes of one installation tell each other of printers, so that each printer is asked by one of them at
/// a time and all show the same. What others tell comes through PrinterMonitor::learn, hear_of_no_answer and outdate. A
/// process that cannot reach the others goes on by itself: none of this throws. Loop only.
class PrinterExchange {
  public:
    /// The right to ask a printer now. Ends when what was seen is published, or by itself after a while.
    struct Claim {
        std::int64_t version = 0;  ///< of the printer's state: each command and each change makes a new one
    };

    /// To be published when the claim only ends.
    static constexpr Claim kNothingSeen{.version = -1};

    virtual ~PrinterExchange() = default;

    /// none: another process asks it at this moment, and will publish. Who holds the claim gets it again.
    virtual Awaitable<std::optional<Claim>> claim(std::string host) = 0;
    virtual Awaitable<void> publish(std::string host, Claim claim, PrinterSnapshot snapshot) = 0;
    /// What everybody knows of it is out of date.
    virtual void invalidate(const std::string& host) = 0;
    /// It was removed.
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
