#include "fake/octoprint/state.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

namespace karmen::fake {
namespace {

constexpr std::array kTriggers{Trigger::kConnect, Trigger::kDetect,  Trigger::kDisconnect, Trigger::kStart,
                               Trigger::kPause,   Trigger::kResume,  Trigger::kRestart,    Trigger::kCancel,
                               Trigger::kElapsed, Trigger::kFileEnd, Trigger::kFail};

TEST(OctoPrintState, StandsInTheOrderOfItsEnumeration) {
    for (std::size_t i = 0; i < kStates.size(); ++i) {
        EXPECT_EQ(static_cast<std::size_t>(kStates[i].state), i) << kStates[i].text;
    }
}

TEST(OctoPrintState, HasNoTransitionBesideTheTable) {
    for (const auto& row : kStates) {
        for (const auto trigger : kTriggers) {
            if (trigger == Trigger::kDisconnect || trigger == Trigger::kFail) continue;
            const auto entry = std::ranges::find_if(kTransitions, [&](const Transition& transition) {
                return transition.from == row.state && transition.trigger == trigger;
            });
            const auto next = next_state(row.state, trigger);
            ASSERT_EQ(next.has_value(), entry != kTransitions.end()) << row.text;
            if (next) EXPECT_EQ(*next, entry->to) << row.text;
        }
    }
}

TEST(OctoPrintState, LeavesEveryConnectionByDisconnectAndFailure) {
    for (const auto& row : kStates) {
        const bool is_closed =
            row.state == State::kOffline || row.state == State::kOfflineAfterError || row.state == State::kError;
        EXPECT_EQ(next_state(row.state, Trigger::kDisconnect), is_closed ? std::optional<State>() : State::kOffline)
            << row.text;
        EXPECT_EQ(next_state(row.state, Trigger::kFail), is_closed ? std::optional<State>() : State::kError)
            << row.text;
    }
}

TEST(OctoPrintState, PassesOnlyWhereTimeLeads) {
    for (const auto& row : kStates) {
        EXPECT_EQ(row.lasts.count() > 0, next_state(row.state, Trigger::kElapsed).has_value()) << row.text;
    }
}

TEST(OctoPrintState, HasFlagsThatFitItsPhase) {
    for (const auto& row : kStates) {
        EXPECT_EQ(row.flags.operational, row.phase != Phase::kNotConnected) << row.text;
        EXPECT_EQ(row.flags.printing, row.phase == Phase::kPrinting) << row.text;
        EXPECT_EQ(row.flags.paused, row.phase == Phase::kPaused) << row.text;
        EXPECT_EQ(row.flags.ready, row.phase == Phase::kOperational) << row.text;
    }
}

TEST(OctoPrintState, IsReadFromItsText) {
    EXPECT_EQ(parse_state("offline AFTER error"), State::kOfflineAfterError);
    EXPECT_EQ(parse_state("Printing"), State::kPrinting);
    EXPECT_EQ(parse_state("Melting"), std::nullopt);
}

/// What OctoPrint answers to each command in each state, as seen at the real server; an empty text stands for 204.
TEST(OctoPrintState, AnswersJobCommandsAsTheRealServer) {
    const std::string not_operational = "Printer is not operational";
    const std::string active = "Printer already has an active print job, did you mean 'restart'?";
    const std::string not_paused = "Printer does not have an active print job or is not paused";
    const std::string no_cancel = "Printer is neither printing nor paused, 'cancel' command cannot be performed";
    const std::string no_pause = "Printer is neither printing nor paused, 'pause' command cannot be performed";
    struct Row {
        JobCommand command;
        std::string not_connected, operational, printing, paused;
    };
    const Row rows[] = {
        {JobCommand::kStart, not_operational, "", active, active},
        {JobCommand::kCancel, not_operational, no_cancel, "", ""},
        {JobCommand::kRestart, not_operational, not_paused, not_paused, ""},
        {JobCommand::kPause, not_operational, no_pause, "", ""},
        {JobCommand::kResume, not_operational, no_pause, "", ""},
        {JobCommand::kTogglePause, not_operational, no_pause, "", ""},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(refusal_text(job_answer(row.command, Phase::kNotConnected)), row.not_connected);
        EXPECT_EQ(refusal_text(job_answer(row.command, Phase::kOperational)), row.operational);
        EXPECT_EQ(refusal_text(job_answer(row.command, Phase::kPrinting)), row.printing);
        EXPECT_EQ(refusal_text(job_answer(row.command, Phase::kPaused)), row.paused);
    }
}

}  // namespace
}  // namespace karmen::fake
