#include "fleet/snapshot_store.hpp"

#include "base/clock.hpp"

#include <utility>

namespace karmen::fleet {

namespace {

/// What is equal stays the same object.
void keep(std::shared_ptr<const PrinterSnapshot>& kept, PrinterSnapshot snapshot) {
    if (*kept != snapshot) kept = std::make_shared<const PrinterSnapshot>(std::move(snapshot));
}

}  // namespace

std::optional<PrinterStatus> SnapshotStore::take(const Uuid& printer, const Observation& seen) {
    Known& known = known_.at(printer);
    PrinterSnapshot snapshot = *known.snapshot;
    const bool is_first = !snapshot.since;
    PrinterStatus before = std::exchange(snapshot.status, seen.status);
    if (is_first || status_code(before.state) != status_code(seen.status.state)) snapshot.since = SystemClock().now();
    snapshot.job = seen.job;
    snapshot.file = seen.file;
    known.taken = Clock::now();
    known.is_outdated = false;
    known.is_answering = seen.client.connected;
    if (!seen.client.connected) {
        // What it showed before is over, and it is asked as soon as it is back.
        snapshot.webcam = PrinterSnapshot{}.webcam;
        known.webcam_taken.reset();
    } else if (seen.webcam) {
        snapshot.webcam = *seen.webcam;
        known.webcam_taken = known.taken;
    }
    keep(known.snapshot, std::move(snapshot));
    return is_first ? std::nullopt : std::optional(std::move(before));
}

bool SnapshotStore::learn(const Uuid& printer, PrinterSnapshot snapshot, std::optional<std::chrono::milliseconds> age) {
    const auto found = known_.find(printer);
    if (found == known_.end()) return false;
    Known& known = found->second;
    if (age && (known.taken || known.is_outdated)) return false;
    known.is_answering = is_responding(snapshot.status.state);
    keep(known.snapshot, std::move(snapshot));
    known.taken = Clock::now() - age.value_or(std::chrono::milliseconds(0));
    known.is_outdated = false;
    // The webcam is asked for when this process asks next.
    known.webcam_taken.reset();
    return true;
}

void SnapshotStore::outdate(const Uuid& printer) {
    Known& known = known_.at(printer);
    known.is_outdated = true;
    known.webcam_taken.reset();
}

KnownSnapshot SnapshotStore::snapshot(const Uuid& printer) const {
    const auto found = known_.find(printer);
    if (found == known_.end()) return {nothing_, std::nullopt};
    KnownSnapshot known{found->second.snapshot, std::nullopt};
    if (const auto taken = found->second.taken)
        known.age = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - *taken);
    return known;
}

KnownSnapshot SnapshotStore::late(const Uuid& printer) const {
    const auto found = known_.find(printer);
    if (found == known_.end()) return {nothing_, std::nullopt};
    const Shared& snapshot = found->second.snapshot;
    // Why it does not answer is known from the last time.
    const bool is_silent = snapshot->since && !is_responding(snapshot->status.state);
    return {is_silent ? snapshot : late_, std::nullopt};
}

bool SnapshotStore::is_recent(const Uuid& printer) const {
    const auto found = known_.find(printer);
    if (found == known_.end() || found->second.is_outdated) return false;
    const auto taken = found->second.taken;
    return taken && Clock::now() - *taken < limits_.status;
}

bool SnapshotStore::is_webcam_recent(const Uuid& printer) const {
    const auto taken = known_.at(printer).webcam_taken;
    return taken && Clock::now() - *taken <= limits_.webcam;
}

}  // namespace karmen::fleet
