#pragma once

#include "base/uuid.hpp"
#include "domain/printer_snapshot.hpp"
#include "fleet/printer_observer.hpp"

#include <chrono>
#include <optional>
#include <unordered_map>

namespace karmen::fleet {

/// The last snapshot of each printer, whoever took it, with its age. Asks nobody and tells nobody. Loop only.
class SnapshotStore {
  public:
    struct AgeLimits {
        std::chrono::milliseconds status{2'000};
        std::chrono::milliseconds webcam{30'000};
    };
    explicit SnapshotStore(AgeLimits limits) : limits_(limits) {}

    /// REQUIRES for the other functions, unless they say otherwise: the printer was added and not removed.
    void add(const Uuid& printer) { known_.try_emplace(printer); }
    void remove(const Uuid& printer) { known_.erase(printer); }

    /// What this process has just seen. Returns the status before; nullopt if the printer was not asked before.
    std::optional<PrinterStatus> take(const Uuid& printer, const Observation& seen);
    /// What another process saw just now; with an age, what it saw before this process listened, which counts only
    /// while nothing is known. False if it does not count, also because the printer is not here.
    bool learn(const Uuid& printer, PrinterSnapshot snapshot, std::optional<std::chrono::milliseconds> age = {});
    /// Whatever is known is out of date, because of a command or another address.
    void outdate(const Uuid& printer);

    /// With its age. Empty if the printer is not here.
    PrinterSnapshot snapshot(const Uuid& printer) const;
    /// To be shown if the printer has not answered within the time that a caller waits.
    PrinterSnapshot late(const Uuid& printer) const;
    /// Without its age.
    const PrinterSnapshot& last(const Uuid& printer) const { return known_.at(printer).snapshot; }
    /// Neither too old nor outdated. False if the printer is not here.
    bool is_recent(const Uuid& printer) const;
    bool is_webcam_recent(const Uuid& printer) const;
    bool is_answering(const Uuid& printer) const { return known_.at(printer).is_answering; }

  private:
    using Clock = std::chrono::steady_clock;
    struct Known {
        PrinterSnapshot snapshot;
        std::optional<Clock::time_point> taken;  ///< of status and job; nullopt: never
        std::optional<Clock::time_point> webcam_taken;
        bool is_outdated = false;
        bool is_answering = false;
    };

    AgeLimits limits_;
    std::unordered_map<Uuid, Known> known_;
};

}  // namespace karmen::fleet
