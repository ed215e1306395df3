#include "domain/print_job_state.hpp"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>
#include <string>

namespace karmen {
namespace {

using enum PrintJobState;

constexpr std::array kEvents{PrintJobEvent::kSendingBegins, PrintJobEvent::kLastByteIsDue, PrintJobEvent::kPrints,
                             PrintJobEvent::kPauses,        PrintJobEvent::kFinishes,      PrintJobEvent::kFails,
                             PrintJobEvent::kIsCancelled,   PrintJobEvent::kIsLost};

TEST(PrintJobState, EveryStateLeadsWhereTheContractSaysAndNowhereElse) {
    const std::map<PrintJobState, std::set<PrintJobState>> expected{
        {kQueued, {kSending, kFailed, kCancelled}},
        {kSending, {kStarting, kFailed, kCancelled}},
        {kStarting, {kPrinting, kPaused, kFinished, kFailed, kCancelled, kUnknown}},
        {kPrinting, {kPaused, kFinished, kFailed, kCancelled, kUnknown}},
        {kPaused, {kPrinting, kFinished, kFailed, kCancelled, kUnknown}},
        {kUnknown, {kPrinting, kPaused, kFinished, kFailed, kCancelled}},
        {kFinished, {}},
        {kFailed, {}},
        {kCancelled, {}}};
    for (const auto& [from, word] : Words<PrintJobState>::words) {
        std::set<PrintJobState> reached;
        for (const PrintJobEvent event : kEvents)
            if (const auto to = next_state(from, event)) EXPECT_TRUE(reached.insert(*to).second);
        EXPECT_EQ(reached, expected.at(from)) << to_string(from);
    }
}

TEST(PrintJobState, NothingLeadsBackBeforeTheFirstByte) {
    for (const PrintJobTransition& transition : kPrintJobTransitions) {
        EXPECT_NE(transition.to, kQueued);
        EXPECT_TRUE(transition.to != kSending || transition.from == kQueued) << "a file is sent once";
        EXPECT_TRUE(transition.to != kStarting || transition.from == kSending) << "a print is started once";
    }
}

TEST(PrintJobState, EachHasAWordOfItsOwn) {
    std::set<std::string_view> words;
    for (const auto& [state, word] : Words<PrintJobState>::words) {
        EXPECT_EQ(from_word<PrintJobState>(to_string(state)), state);
        words.insert(word);
    }
    EXPECT_EQ(words.size(), 9U);
    EXPECT_FALSE(from_word<PrintJobState>("Printing"));
    EXPECT_FALSE(from_word<PrintJobState>(""));
}

}  // namespace
}  // namespace karmen
