#pragma once

#include "base/uuid.hpp"
#include "domain/printer_snapshot.hpp"
#include "fleet/printer_observer.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <unordered_map>

namespace karmen::fleet {

/// What is known of a printer, shared: the same object as long as nothing else was seen.
struct KnownSnapshot {
    std::shared_ptr<const PrinterSnapshot> snapshot;  ///< without its age
    std::optional<std::chrono::milliseconds> age;

    PrinterSnapshot with_age() const {
        PrinterSnapshot copy = *snapshot;
        copy.age = age;
        return copy;
    }
};

/// The last snapshot of each printer, whoever took it, with its age. Asks nobody and tells nobody. Loop only.
class SnapshotStore {
  public:
    struct AgeLimits {
        std::chrono::milliseconds status{2'000};
        std::chrono::milliseconds webcam{30'000};
    };
    explicit SnapshotStore(AgeLimits limits) : limits_(limits) {}

    /// REQUIRES for the other functions, unless they say otherwise: the printer was added and not removed.
    void add(const Uuid& printer) { known_.try_emplace(printer, Known{.snapshot = nothing_}); }
    void remove(const Uuid& printer) { known_.erase(printer); }

    /// What this process has just seen. Returns the status before; nullopt if the printer was not asked before.
    std::optional<PrinterStatus> take(const Uuid& printer, const Observation& seen);
    /// What another process saw just now; with an age, what it saw before this process listened, which counts only
    /// while nothing is known. False if it does not count, also because the printer is not here.
    bool learn(const Uuid& printer, PrinterSnapshot snapshot, std::optional<std::chrono::milliseconds> age = {});
    /// Whatever is known is out of date, because of a command or another address.
    void outdate(const Uuid& printer);

    /// With its age. Empty if the printer is not here.
    KnownSnapshot snapshot(const Uuid& printer) const;
    /// To be shown if the printer has not answered within the time that a caller waits.
    KnownSnapshot late(const Uuid& printer) const;
    /// Without its age. Valid until another one comes.
    const PrinterSnapshot& last(const Uuid& printer) const { return *known_.at(printer).snapshot; }
    /// Neither too old nor outdated. False if the printer is not here.
    bool is_recent(const Uuid& printer) const;
    bool is_webcam_recent(const Uuid& printer) const;
    bool is_answering(const Uuid& printer) const { return known_.at(printer).is_answering; }

  private:
    using Clock = std::chrono::steady_clock;
    using Shared = std::shared_ptr<const PrinterSnapshot>;
    struct Known {
        Shared snapshot;
        std::optional<Clock::time_point> taken;  ///< of status and job; nullopt: never
        std::optional<Clock::time_point> webcam_taken;
        bool is_outdated = false;
        bool is_answering = false;
    };

    AgeLimits limits_;
    Shared nothing_ = std::make_shared<PrinterSnapshot>();
    Shared late_ = std::make_shared<PrinterSnapshot>(
        PrinterSnapshot{.status = not_responding(PrinterState::kTimeout, "It did not answer in time")});
    std::unordered_map<Uuid, Known> known_;
};

}  // namespace karmen::fleet
