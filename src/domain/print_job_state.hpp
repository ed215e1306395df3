#pragma once

#include "base/described.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace karmen {

/// Where a print job is in its life. Each step is written down before it is done, so that after a crash the row says
/// what the printer may have been told.
enum class PrintJobState : std::uint8_t {
    kQueued,    ///< nothing was sent yet
    kSending,   ///< parts of the file were sent, but not its end: the printer cannot have begun
    kStarting,  ///< the end of the file may have been sent: the printer may have begun
    kPrinting,
    kPaused,
    kFinished,
    kFailed,
    kCancelled,
    kUnknown,  ///< nobody can tell what became of it, until the printer shows it or a person says it
};
/// In the database, in JSON and in events.
template <>
struct Words<PrintJobState> {
    static constexpr std::array words{std::pair{PrintJobState::kQueued, std::string_view("queued")},
                                      std::pair{PrintJobState::kSending, std::string_view("sending")},
                                      std::pair{PrintJobState::kStarting, std::string_view("starting")},
                                      std::pair{PrintJobState::kPrinting, std::string_view("printing")},
                                      std::pair{PrintJobState::kPaused, std::string_view("paused")},
                                      std::pair{PrintJobState::kFinished, std::string_view("finished")},
                                      std::pair{PrintJobState::kFailed, std::string_view("failed")},
                                      std::pair{PrintJobState::kCancelled, std::string_view("cancelled")},
                                      std::pair{PrintJobState::kUnknown, std::string_view("unknown")}};
};

enum class PrintJobEvent : std::uint8_t {
    kSendingBegins,
    kLastByteIsDue,
    kPrints,  ///< the printer shows that it prints it
    kPauses,
    kFinishes,
    kFails,
    kIsCancelled,
    kIsLost,  ///< the printer does not show it, and does not remember how it ended
};

struct PrintJobTransition {
    PrintJobState from;
    PrintJobEvent event;
    PrintJobState to;
};

/// All transitions of a print job. An event that is not listed for a state cannot happen in it.
inline constexpr std::array kPrintJobTransitions{
    PrintJobTransition{PrintJobState::kQueued, PrintJobEvent::kSendingBegins, PrintJobState::kSending},
    PrintJobTransition{PrintJobState::kQueued, PrintJobEvent::kFails, PrintJobState::kFailed},
    PrintJobTransition{PrintJobState::kQueued, PrintJobEvent::kIsCancelled, PrintJobState::kCancelled},
    PrintJobTransition{PrintJobState::kSending, PrintJobEvent::kLastByteIsDue, PrintJobState::kStarting},
    PrintJobTransition{PrintJobState::kSending, PrintJobEvent::kFails, PrintJobState::kFailed},
    PrintJobTransition{PrintJobState::kSending, PrintJobEvent::kIsCancelled, PrintJobState::kCancelled},
    PrintJobTransition{PrintJobState::kStarting, PrintJobEvent::kPrints, PrintJobState::kPrinting},
    PrintJobTransition{PrintJobState::kStarting, PrintJobEvent::kPauses, PrintJobState::kPaused},
    PrintJobTransition{PrintJobState::kStarting, PrintJobEvent::kFinishes, PrintJobState::kFinished},
    PrintJobTransition{PrintJobState::kStarting, PrintJobEvent::kFails, PrintJobState::kFailed},
    PrintJobTransition{PrintJobState::kStarting, PrintJobEvent::kIsCancelled, PrintJobState::kCancelled},
    PrintJobTransition{PrintJobState::kStarting, PrintJobEvent::kIsLost, PrintJobState::kUnknown},
    PrintJobTransition{PrintJobState::kPrinting, PrintJobEvent::kPauses, PrintJobState::kPaused},
    PrintJobTransition{PrintJobState::kPrinting, PrintJobEvent::kFinishes, PrintJobState::kFinished},
    PrintJobTransition{PrintJobState::kPrinting, PrintJobEvent::kFails, PrintJobState::kFailed},
    PrintJobTransition{PrintJobState::kPrinting, PrintJobEvent::kIsCancelled, PrintJobState::kCancelled},
    PrintJobTransition{PrintJobState::kPrinting, PrintJobEvent::kIsLost, PrintJobState::kUnknown},
    PrintJobTransition{PrintJobState::kPaused, PrintJobEvent::kPrints, PrintJobState::kPrinting},
    PrintJobTransition{PrintJobState::kPaused, PrintJobEvent::kFinishes, PrintJobState::kFinished},
    PrintJobTransition{PrintJobState::kPaused, PrintJobEvent::kFails, PrintJobState::kFailed},
    PrintJobTransition{PrintJobState::kPaused, PrintJobEvent::kIsCancelled, PrintJobState::kCancelled},
    PrintJobTransition{PrintJobState::kPaused, PrintJobEvent::kIsLost, PrintJobState::kUnknown},
    PrintJobTransition{PrintJobState::kUnknown, PrintJobEvent::kPrints, PrintJobState::kPrinting},
    PrintJobTransition{PrintJobState::kUnknown, PrintJobEvent::kPauses, PrintJobState::kPaused},
    PrintJobTransition{PrintJobState::kUnknown, PrintJobEvent::kFinishes, PrintJobState::kFinished},
    PrintJobTransition{PrintJobState::kUnknown, PrintJobEvent::kFails, PrintJobState::kFailed},
    PrintJobTransition{PrintJobState::kUnknown, PrintJobEvent::kIsCancelled, PrintJobState::kCancelled},
};

/// nullopt if this event cannot happen in that state.
constexpr std::optional<PrintJobState> next_state(PrintJobState state, PrintJobEvent event) {
    for (const PrintJobTransition& transition : kPrintJobTransitions)
        if (transition.from == state && transition.event == event) return transition.to;
    return std::nullopt;
}

/// It is over, and how it ended is known.
constexpr bool has_result(PrintJobState state) {
    return state == PrintJobState::kFinished || state == PrintJobState::kFailed || state == PrintJobState::kCancelled;
}

/// A process is starting it, or died while it did.
constexpr bool is_being_started(PrintJobState state) {
    return state == PrintJobState::kQueued || state == PrintJobState::kSending || state == PrintJobState::kStarting;
}

}  // namespace karmen
