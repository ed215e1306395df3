#pragma once

#include "domain/gcode.hpp"
#include "domain/printer_snapshot.hpp"
#include "domain/printjob.hpp"
#include "domain/task_record.hpp"

#include <cstdint>
#include <string>
#include <variant>

namespace karmen::events {

/// A printer as it is stored now, with its answer to the last check.
struct PrinterSeen {
    Printer printer;
    PrinterSnapshot snapshot;
    bool operator==(const PrinterSeen&) const = default;
};
struct PrinterRemoved {
    Uuid id;
    std::string host;
};
/// A file was uploaded or analysed.
struct GcodeStored {
    Gcode gcode;
};
/// The files of its print jobs are no longer available, either.
struct GcodeRemoved {
    std::int64_t id = 0;
};
/// It began, or took a step in its life.
struct PrintJobChanged {
    PrintJob job;
};
struct PrintJobRemoved {
    std::int64_t id = 0;
};

/// It was queued, taken or left by a worker, or it went on.
struct TaskChanged {
    TaskRecord task;
};

/// What clients that show a list want to know at once.
using Change =
    std::variant<PrinterSeen, PrinterRemoved, GcodeStored, GcodeRemoved, PrintJobChanged, PrintJobRemoved, TaskChanged>;

/// Called for each change when it is durable. Does not throw. Loop only; owned by the composition root.
class ChangeListener {
  public:
    virtual ~ChangeListener() = default;
    virtual void on_change(const Change& change) = 0;
};

/// For a process without followers.
class NobodyListens final : public ChangeListener {
  public:
    void on_change(const Change&) override {}
};

}  // namespace karmen::events
