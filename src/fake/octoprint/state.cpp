#include "fake/octoprint/state.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace karmen::fake {

const StateFacts& facts(State state) {
    // The rows stand in the order of the enumeration; a test holds them to it.
    return kStates[static_cast<std::size_t>(state)];
}

std::optional<State> parse_state(std::string_view text) {
    const auto row =
        std::ranges::find_if(kStates, [&](const StateFacts& state) { return equals_ignoring_case(state.text, text); });
    if (row == kStates.end()) return std::nullopt;
    return row->state;
}

std::optional<State> next_state(State state, Trigger trigger) {
    const bool has_connection =
        state != State::kOffline && state != State::kOfflineAfterError && state != State::kError;
    if (trigger == Trigger::kDisconnect && has_connection) return State::kOffline;
    if (trigger == Trigger::kFail && has_connection) return State::kError;
    const auto row = std::ranges::find_if(
        kTransitions, [&](const Transition& row) { return row.from == state && row.trigger == trigger; });
    if (row == kTransitions.end()) return std::nullopt;
    return row->to;
}

JobAnswer job_answer(JobCommand command, Phase phase) {
    const auto row = std::ranges::find(kJobCommands, command, &JobRow::command);
    return row->answers[static_cast<std::size_t>(phase)];
}

std::string_view refusal_text(JobAnswer answer) {
    switch (answer) {
        case JobAnswer::kTaken:
        case JobAnswer::kIgnored:
            return {};
        case JobAnswer::kNotOperational:
            return "Printer is not operational";
        case JobAnswer::kActivePrint:
            return "Printer already has an active print job, did you mean 'restart'?";
        case JobAnswer::kNotPaused:
            return "Printer does not have an active print job or is not paused";
        case JobAnswer::kNoPrintToCancel:
            return "Printer is neither printing nor paused, 'cancel' command cannot be performed";
        case JobAnswer::kNoPrintToPause:
            return "Printer is neither printing nor paused, 'pause' command cannot be performed";
    }
    std::unreachable();
}

}  // namespace karmen::fake
