#include "domain/print_job_state.hpp"

#include <algorithm>

namespace karmen {

std::string_view to_string(PrintJobState state) {
    switch (state) {
        case PrintJobState::kQueued:
            return "queued";
        case PrintJobState::kSending:
            return "sending";
        case PrintJobState::kStarting:
            return "starting";
        case PrintJobState::kPrinting:
            return "printing";
        case PrintJobState::kPaused:
            return "paused";
        case PrintJobState::kFinished:
            return "finished";
        case PrintJobState::kFailed:
            return "failed";
        case PrintJobState::kCancelled:
            return "cancelled";
        case PrintJobState::kUnknown:
            return "unknown";
    }
    return "unknown";
}

std::optional<PrintJobState> parse_print_job_state(std::string_view word) {
    const auto* const found =
        std::ranges::find(kPrintJobStates, word, [](PrintJobState state) { return to_string(state); });
    if (found == kPrintJobStates.end()) return std::nullopt;
    return *found;
}

}  // namespace karmen
