#pragma once

#include "domain/gcode.hpp"
#include "domain/printer_snapshot.hpp"
#include "domain/printjob.hpp"

#include <cstdint>
#include <string>
#include <variant>

namespace karmen::events {

/// A printer as it is now, with what it said when it was asked.
struct PrinterSeen {
    Printer printer;
    PrinterSnapshot snapshot;
    bool operator==(const PrinterSeen&) const = default;
};
struct PrinterRemoved {
    Uuid id;
    std::string host;
};
/// Uploaded, or analysed.
struct GcodeStored {
    Gcode gcode;
};
/// Its print jobs are no longer available, either.
struct GcodeRemoved {
    std::int64_t id = 0;
};
struct PrintJobStarted {
    PrintJob job;
};
struct PrintJobRemoved {
    std::int64_t id = 0;
};

/// What people who look at a list want to know as it happens.
using Change = std::variant<PrinterSeen, PrinterRemoved, GcodeStored, GcodeRemoved, PrintJobStarted, PrintJobRemoved>;

/// Is told of each change when it is durable, and does not throw. Loop only; owned by the composition root.
class ChangeListener {
  public:
    virtual ~ChangeListener() = default;
    virtual void on_change(const Change& change) = 0;
};

/// For a process that nobody follows.
class NobodyListens final : public ChangeListener {
  public:
    void on_change(const Change&) override {}
};

}  // namespace karmen::events
