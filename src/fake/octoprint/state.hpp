#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string_view>

namespace karmen::fake {

/// Every state of OctoPrint's connection to its printer that the simulator knows.
enum class State {
    kOffline,
    kOpeningSerial,
    kDetectingSerial,
    kConnecting,
    kOperational,
    kStarting,
    kPrinting,
    kPausing,
    kPaused,
    kResuming,
    kCancelling,
    kFinishing,
    kError,
    kOfflineAfterError,
};

/// `state.flags` of /api/printer; `sdReady` is `operational`.
struct Flags {
    bool cancelling = false;
    bool closed_or_error = false;
    bool error = false;
    bool finishing = false;
    bool operational = false;
    bool paused = false;
    bool pausing = false;
    bool printing = false;
    bool ready = false;
    bool resuming = false;
    bool operator==(const Flags&) const = default;
};

/// The four columns of the command table: how a state reacts to commands.
enum class Phase { kNotConnected, kOperational, kPrinting, kPaused };

struct StateFacts {
    State state;
    std::string_view text;             ///< `state` of /api/job, `state.text` of /api/printer
    std::string_view connection_text;  ///< `current.state` of /api/connection
    Phase phase;
    Flags flags;
    /// How long it lasts before Trigger::kElapsed; 0: until something else happens.
    std::chrono::milliseconds lasts{0};
};

inline constexpr std::array kStates{
    StateFacts{State::kOffline, "Offline", "Closed", Phase::kNotConnected, {.closed_or_error = true}},
    StateFacts{State::kOpeningSerial,
               "Opening serial connection",
               "Opening serial connection",
               Phase::kNotConnected,
               {.closed_or_error = false},
               std::chrono::milliseconds{6}},
    StateFacts{State::kDetectingSerial,
               "Detecting serial connection",
               "Detecting serial connection",
               Phase::kNotConnected,
               {},
               std::chrono::milliseconds{500}},
    StateFacts{State::kConnecting, "Connecting", "Connecting", Phase::kNotConnected, {}, std::chrono::milliseconds{10}},
    StateFacts{
        State::kOperational, "Operational", "Operational", Phase::kOperational, {.operational = true, .ready = true}},
    StateFacts{State::kStarting,
               "Starting",
               "Starting",
               Phase::kPrinting,
               {.operational = true, .printing = true},
               std::chrono::milliseconds{20}},
    StateFacts{State::kPrinting, "Printing", "Printing", Phase::kPrinting, {.operational = true, .printing = true}},
    StateFacts{State::kPausing,
               "Pausing",
               "Pausing",
               Phase::kPrinting,
               {.operational = true, .pausing = true, .printing = true},
               std::chrono::milliseconds{1000}},
    StateFacts{State::kPaused, "Paused", "Paused", Phase::kPaused, {.operational = true, .paused = true}},
    StateFacts{State::kResuming,
               "Resuming",
               "Resuming",
               Phase::kPrinting,
               {.operational = true, .printing = true, .resuming = true},
               std::chrono::milliseconds{10}},
    StateFacts{State::kCancelling,
               "Cancelling",
               "Cancelling",
               Phase::kPrinting,
               {.cancelling = true, .operational = true, .printing = true},
               std::chrono::milliseconds{100}},
    StateFacts{State::kFinishing,
               "Finishing",
               "Finishing",
               Phase::kPrinting,
               {.finishing = true, .operational = true, .printing = true},
               std::chrono::milliseconds{300}},
    StateFacts{State::kError,
               "Error",
               "Error",
               Phase::kNotConnected,
               {.closed_or_error = true, .error = true},
               std::chrono::milliseconds{10}},
    StateFacts{State::kOfflineAfterError,
               "Offline after error",
               "Closed",
               Phase::kNotConnected,
               {.closed_or_error = true, .error = true}},
};

const StateFacts& facts(State state);
/// By `text`, in any letter case.
std::optional<State> parse_state(std::string_view text);

enum class Trigger {
    kConnect,
    kDetect,  ///< connect without naming a port
    kDisconnect,
    kStart,
    kPause,
    kResume,
    kRestart,
    kCancel,
    kElapsed,  ///< the time of a passing state is over
    kFileEnd,
    kFail,  ///< the firmware stops with an error
};

struct Transition {
    State from;
    Trigger trigger;
    State to;
};

/// All transitions. A trigger that is not listed for a state leaves it as it is.
inline constexpr std::array kTransitions{
    Transition{State::kOffline, Trigger::kConnect, State::kOpeningSerial},
    Transition{State::kOffline, Trigger::kDetect, State::kDetectingSerial},
    Transition{State::kOfflineAfterError, Trigger::kConnect, State::kOpeningSerial},
    Transition{State::kOfflineAfterError, Trigger::kDetect, State::kDetectingSerial},
    Transition{State::kOpeningSerial, Trigger::kElapsed, State::kConnecting},
    Transition{State::kDetectingSerial, Trigger::kElapsed, State::kConnecting},
    Transition{State::kConnecting, Trigger::kElapsed, State::kOperational},
    Transition{State::kOperational, Trigger::kStart, State::kStarting},
    Transition{State::kStarting, Trigger::kElapsed, State::kPrinting},
    Transition{State::kPrinting, Trigger::kPause, State::kPausing},
    Transition{State::kPausing, Trigger::kElapsed, State::kPaused},
    Transition{State::kPaused, Trigger::kResume, State::kResuming},
    Transition{State::kResuming, Trigger::kElapsed, State::kPrinting},
    Transition{State::kPaused, Trigger::kRestart, State::kStarting},
    Transition{State::kPrinting, Trigger::kFileEnd, State::kFinishing},
    Transition{State::kFinishing, Trigger::kElapsed, State::kOperational},
    Transition{State::kStarting, Trigger::kCancel, State::kCancelling},
    Transition{State::kPrinting, Trigger::kCancel, State::kCancelling},
    Transition{State::kPausing, Trigger::kCancel, State::kCancelling},
    Transition{State::kPaused, Trigger::kCancel, State::kCancelling},
    Transition{State::kResuming, Trigger::kCancel, State::kCancelling},
    Transition{State::kCancelling, Trigger::kElapsed, State::kOperational},
    Transition{State::kError, Trigger::kElapsed, State::kOfflineAfterError},
};

/// The state after `trigger`; nullopt if there is no transition. Disconnect and fail lead out of every state with a
/// connection.
std::optional<State> next_state(State state, Trigger trigger);

enum class JobCommand { kStart, kCancel, kRestart, kPause, kResume, kTogglePause };

/// What POST /api/job does in each phase.
enum class JobAnswer {
    kTaken,
    kIgnored,  ///< answered 204, without an effect
    kNotOperational,
    kActivePrint,
    kNotPaused,
    kNoPrintToCancel,
    kNoPrintToPause,
};

struct JobRow {
    JobCommand command;
    std::array<JobAnswer, 4> answers;  ///< by Phase
};

inline constexpr std::array kJobCommands{
    JobRow{JobCommand::kStart,
           {JobAnswer::kNotOperational, JobAnswer::kTaken, JobAnswer::kActivePrint, JobAnswer::kActivePrint}},
    JobRow{JobCommand::kCancel,
           {JobAnswer::kNotOperational, JobAnswer::kNoPrintToCancel, JobAnswer::kTaken, JobAnswer::kTaken}},
    JobRow{JobCommand::kRestart,
           {JobAnswer::kNotOperational, JobAnswer::kNotPaused, JobAnswer::kNotPaused, JobAnswer::kTaken}},
    JobRow{JobCommand::kPause,
           {JobAnswer::kNotOperational, JobAnswer::kNoPrintToPause, JobAnswer::kTaken, JobAnswer::kIgnored}},
    JobRow{JobCommand::kResume,
           {JobAnswer::kNotOperational, JobAnswer::kNoPrintToPause, JobAnswer::kIgnored, JobAnswer::kTaken}},
    JobRow{JobCommand::kTogglePause,
           {JobAnswer::kNotOperational, JobAnswer::kNoPrintToPause, JobAnswer::kTaken, JobAnswer::kTaken}},
};

JobAnswer job_answer(JobCommand command, Phase phase);
/// The text of the 409; empty if the answer is 204.
std::string_view refusal_text(JobAnswer answer);

}  // namespace karmen::fake
