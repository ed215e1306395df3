#include "domain/print_verdict.hpp"

#include <gtest/gtest.h>

namespace karmen {
namespace {

using namespace std::chrono_literals;
using Kind = PrintVerdict::Kind;
using State = PrintJobState;
using Event = PrintJobEvent;

constexpr Timestamp kBegan{1'764'000'000s};
/// The printer's clock is wrong by years: only its own times are compared.
constexpr Timestamp kPrinterClock{1'000'000s};

class PrintVerdictTest : public testing::Test {
  protected:
    PrintVerdictTest() {
        job.state = State::kPrinting;
        job.started = job.starting.emplace(kBegan);
        job.gcode.size_bytes = 1000;
        job.remote = {.path = "karmen/a.gcode", .came_before = Timestamp{}, .printed_before = std::nullopt};
        evidence.starter = PrintEvidence::Starter::kIsGone;
    }

    void shows(PrinterState state, std::chrono::seconds later, std::optional<std::int64_t> print_time_s = {}) {
        sighting = {.seen = kBegan + later, .status = {.state = state, .text = "in its words"}};
        if (has_active_print(state)) sighting.job = PrinterJob{.print_time_s = print_time_s};
        if (is_responding(state) && !needs_connect(state)) sighting.file = PrinterFile{"karmen/a.gcode", 1000};
    }
    void remembers(std::optional<FileRecord::Print> print, std::chrono::seconds came = 10s) {
        evidence.question = PrintEvidence::Question::kAnswered;
        evidence.record = {.is_there = true, .came = kPrinterClock + came, .last_print = print};
    }
    PrintVerdict verdict() const { return judge(job, sighting, evidence); }
    std::string told() const {
        const PrintVerdict told = verdict();
        switch (told.kind) {
            case Kind::kNothing:
                return "nothing";
            case Kind::kAsk:
                return "ask";
            case Kind::kWait:
                return "wait";
            case Kind::kHappened:
                return std::string(to_string(next_state(job.state, told.event).value_or(State::kQueued)));
        }
        return "";
    }

    static FileRecord::Print ended(std::chrono::seconds at, bool is_success = true) {
        return {kPrinterClock + at, is_success};
    }

    PrintJob job;
    PrintSighting sighting;
    PrintEvidence evidence;
};

// --- a print that is followed ---

TEST_F(PrintVerdictTest, APrintThatGoesOnIsNoNews) {
    shows(PrinterState::kPrinting, 100s, 99);
    EXPECT_EQ(told(), "nothing");
    for (const auto passing : {PrinterState::kPausing, PrinterState::kResuming, PrinterState::kCancelling,
                               PrinterState::kFinishing, PrinterState::kStarting}) {
        shows(passing, 100s, 99);
        EXPECT_EQ(told(), "nothing");
    }
}

TEST_F(PrintVerdictTest, PausesAndResumes) {
    shows(PrinterState::kPaused, 100s, 99);
    EXPECT_EQ(told(), "paused");
    job.state = State::kPaused;
    EXPECT_EQ(told(), "nothing");
    shows(PrinterState::kResuming, 101s, 99);
    EXPECT_EQ(told(), "nothing");
    shows(PrinterState::kPrinting, 102s, 99);
    EXPECT_EQ(told(), "printing");
}

TEST_F(PrintVerdictTest, APrinterThatDoesNotAnswerMayPrintOn) {
    for (const auto silent :
         {PrinterState::kNotResponding, PrinterState::kTimeout, PrinterState::kKeyWrong, PrinterState::kInvalidData}) {
        shows(silent, 9999s);
        evidence.has_lasted = true;
        EXPECT_EQ(told(), "nothing");
    }
}

TEST_F(PrintVerdictTest, AnIdlePrinterIsAskedForTheEnd) {
    shows(PrinterState::kOperational, 100s);
    EXPECT_EQ(told(), "ask");
    remembers(ended(90s));
    EXPECT_EQ(told(), "finished");
    EXPECT_EQ(verdict().ended, kPrinterClock + 90s);
    remembers(ended(90s, false));
    EXPECT_EQ(told(), "cancelled") << "its file is still selected";
    sighting.file = std::nullopt;
    EXPECT_EQ(told(), "failed");
}

TEST_F(PrintVerdictTest, AnErrorIsAFailureInThePrintersWords) {
    shows(PrinterState::kError, 100s);
    sighting.status.reason = "Thermal runaway";
    remembers(ended(90s, false));
    EXPECT_EQ(told(), "failed");
    EXPECT_NE(verdict().reason.find("Thermal runaway"), std::string::npos);
}

TEST_F(PrintVerdictTest, ACancelThroughKarmenIsACancelWhateverThePrinterShows) {
    job.reason = "Cancelled by ann";
    shows(PrinterState::kNotConnected, 100s);
    remembers(ended(90s, false));
    EXPECT_EQ(told(), "cancelled");
    remembers(ended(90s, true));
    EXPECT_EQ(told(), "finished") << "the cancel came too late";
}

TEST_F(PrintVerdictTest, AnEndFromBeforeIsNotThisOne) {
    job.remote.printed_before = kPrinterClock + 5s;
    shows(PrinterState::kOperational, 100s);
    remembers(ended(5s));
    EXPECT_EQ(told(), "wait");
    evidence.has_lasted = true;
    EXPECT_EQ(told(), "unknown");
}

TEST_F(PrintVerdictTest, WithoutARecordTheSelectedFileTellsOfTheEnd) {
    shows(PrinterState::kOperational, 100s);
    evidence.question = PrintEvidence::Question::kNotAnswered;
    sighting.file->is_printed = true;
    EXPECT_EQ(told(), "wait") << "it may be one moment's picture";
    evidence.has_lasted = true;
    EXPECT_EQ(told(), "finished");
    sighting.file->is_printed = false;
    EXPECT_EQ(told(), "unknown");
    shows(PrinterState::kNotConnected, 100s);
    EXPECT_EQ(told(), "failed");
}

// --- which print is whose ---

TEST_F(PrintVerdictTest, AnotherFileIsAnotherPrint) {
    for (const auto& other :
         {PrinterFile{"karmen/b.gcode", 1000}, PrinterFile{"a.gcode", 1000}, PrinterFile{"karmen/a.gcode", 1001}}) {
        shows(PrinterState::kPrinting, 100s, 99);
        sighting.file = other;
        EXPECT_FALSE(shows_print_of(job, sighting)) << other.path;
        EXPECT_EQ(told(), "ask");
    }
    remembers(ended(90s));
    EXPECT_EQ(told(), "finished");
}

TEST_F(PrintVerdictTest, AServerThatDoesNotTellTheSizeIsBelievedThePath) {
    shows(PrinterState::kPrinting, 100s, 99);
    sighting.file->size_bytes = std::nullopt;
    EXPECT_TRUE(shows_print_of(job, sighting));
}

TEST_F(PrintVerdictTest, AJobWhosePathIsNotKnownIsNobodysPrint) {
    job.remote.path.clear();
    shows(PrinterState::kPrinting, 100s, 99);
    sighting.file = PrinterFile{"", 1000};
    EXPECT_FALSE(shows_print_of(job, sighting));
}

TEST_F(PrintVerdictTest, TheSameFilePrintedAgainIsKnownByItsTime) {
    job.print_time_s = 500;
    shows(PrinterState::kPrinting, 1000s, 20);
    EXPECT_FALSE(shows_print_of(job, sighting));
    EXPECT_EQ(told(), "ask");
    remembers(ended(90s, false));
    EXPECT_EQ(told(), "failed") << "the selection is that of the later print, so it says nothing of a cancel";
}

TEST_F(PrintVerdictTest, APrintThatSeemsToHaveBegunLaterWasPausedOrIsALaterOne) {
    shows(PrinterState::kPrinting, 1000s, 20);
    EXPECT_EQ(told(), "ask");
    remembers(std::nullopt);
    EXPECT_EQ(told(), "nothing") << "it was paused";
    remembers(ended(90s));
    EXPECT_EQ(told(), "finished") << "somebody prints the file again";
    job.state = State::kPaused;
    evidence.question = PrintEvidence::Question::kNotAsked;
    shows(PrinterState::kPaused, 1000s, 20);
    EXPECT_EQ(told(), "nothing") << "its time stands still while it is paused";
}

TEST_F(PrintVerdictTest, AWallClockThatIsSetDoesNotEndAPrint) {
    shows(PrinterState::kPrinting, -3600s, 10);
    EXPECT_EQ(told(), "nothing");
}

TEST_F(PrintVerdictTest, APrinterThatPrintsButDoesNotSayWhatIsNoNews) {
    shows(PrinterState::kPrinting, 100s, 99);
    sighting.file = std::nullopt;
    EXPECT_EQ(told(), "nothing");
}

// --- after a crash ---

TEST_F(PrintVerdictTest, WhoIsBeingStartedIsLeftToItsStarter) {
    evidence.starter = PrintEvidence::Starter::kMayLive;
    evidence.has_lasted = true;
    for (const State state : {State::kQueued, State::kSending, State::kStarting}) {
        job.state = state;
        shows(PrinterState::kOperational, 100s);
        remembers(std::nullopt);
        EXPECT_EQ(told(), "nothing");
    }
}

TEST_F(PrintVerdictTest, WithoutItsLastByteAPrintHasNotBegun) {
    for (const State state : {State::kQueued, State::kSending}) {
        job.state = state;
        for (const auto shown : {PrinterState::kOperational, PrinterState::kTimeout, PrinterState::kPrinting}) {
            shows(shown, 100s);
            EXPECT_EQ(told(), "failed");
        }
    }
}

TEST_F(PrintVerdictTest, APrintThatBeganWhileItsStarterDiedIsFound) {
    job.state = State::kStarting;
    shows(PrinterState::kPrinting, 3s, 2);
    EXPECT_EQ(told(), "ask") << "it may be a second one";
    remembers(std::nullopt);
    EXPECT_EQ(told(), "printing");
    shows(PrinterState::kPaused, 3s, 2);
    EXPECT_EQ(told(), "paused");
    shows(PrinterState::kStarting, 3s);
    EXPECT_EQ(told(), "printing");
}

TEST_F(PrintVerdictTest, APrintThatBeganAndEndedMeanwhileIsFound) {
    job.state = State::kStarting;
    shows(PrinterState::kOperational, 100s);
    EXPECT_EQ(told(), "ask");
    remembers(ended(90s));
    EXPECT_EQ(told(), "finished");
    remembers(ended(90s, false));
    EXPECT_EQ(told(), "cancelled");
}

TEST_F(PrintVerdictTest, APrintFromBeforeIsNotTheOneThatWasToBegin) {
    job.state = State::kStarting;
    shows(PrinterState::kPrinting, 60s, 600);
    remembers(std::nullopt, 0s);
    job.remote.came_before = kPrinterClock;
    EXPECT_EQ(told(), "wait");
    evidence.has_lasted = true;
    EXPECT_EQ(told(), "failed");
}

TEST_F(PrintVerdictTest, AFileThatDidNotComeWasNotPrinted) {
    job.state = State::kStarting;
    shows(PrinterState::kOperational, 100s);
    evidence.question = PrintEvidence::Question::kAnswered;
    evidence.record = {.is_there = false};
    EXPECT_EQ(told(), "wait") << "the printer may be slow";
    evidence.has_lasted = true;
    EXPECT_EQ(told(), "failed");
    job.remote.came_before = kPrinterClock + 10s;
    remembers(std::nullopt, 10s);
    EXPECT_EQ(told(), "failed") << "the former file is still there";
    remembers(std::nullopt, 20s);
    EXPECT_EQ(told(), "failed") << "it came, but was not printed";
}

TEST_F(PrintVerdictTest, WhatCannotBeToldIsUnknown) {
    job.state = State::kStarting;
    evidence.has_lasted = true;
    shows(PrinterState::kTimeout, 100s);
    EXPECT_EQ(told(), "unknown");
    shows(PrinterState::kOperational, 100s);
    evidence.question = PrintEvidence::Question::kNotAnswered;
    EXPECT_EQ(told(), "unknown");
    job.remote.came_before = std::nullopt;
    remembers(ended(90s));
    EXPECT_EQ(told(), "unknown") << "that may be the end of a former print";
}

TEST_F(PrintVerdictTest, AnUnknownPrintIsResolvedByWhatThePrinterLaterShows) {
    job.state = State::kUnknown;
    job.reason = "nobody could tell";
    shows(PrinterState::kOperational, 100s);
    remembers(std::nullopt);
    evidence.has_lasted = true;
    EXPECT_EQ(told(), "nothing") << "a person decides";
    remembers(ended(90s));
    EXPECT_EQ(told(), "finished");
    sighting.file = std::nullopt;
    remembers(ended(90s, false));
    EXPECT_EQ(told(), "failed") << "the reason of an unknown job is no cancel";
    remembers(std::nullopt);
    shows(PrinterState::kPrinting, 100s, 99);
    EXPECT_EQ(told(), "printing");
    shows(PrinterState::kPrinting, 100s, 9999);
    EXPECT_EQ(told(), "nothing") << "that one began before";
}

/// No verdict asks for a transition that the table does not have.
TEST_F(PrintVerdictTest, EveryVerdictFitsTheTable) {
    for (const State state :
         {State::kQueued, State::kSending, State::kStarting, State::kPrinting, State::kPaused, State::kUnknown})
        for (int shown = 0; shown <= static_cast<int>(PrinterState::kBusy); ++shown)
            for (const auto question : {PrintEvidence::Question::kNotAnswered, PrintEvidence::Question::kAnswered})
                for (const bool is_success : {false, true})
                    for (const int ends : {0, 1})
                        for (const bool has_lasted : {false, true}) {
                            job.state = state;
                            shows(static_cast<PrinterState>(shown), 50s, 49);
                            remembers(ends ? std::optional(ended(90s, is_success)) : std::nullopt);
                            evidence.question = question;
                            evidence.has_lasted = has_lasted;
                            const PrintVerdict told = verdict();
                            EXPECT_NE(told.kind, Kind::kAsk) << "it was asked";
                            if (told.kind != Kind::kHappened) continue;
                            EXPECT_TRUE(next_state(state, told.event)) << to_string(state) << " " << shown;
                        }
}

}  // namespace
}  // namespace karmen
