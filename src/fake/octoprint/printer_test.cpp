#include "fake/octoprint/printer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace karmen::fake {
namespace {

using namespace std::chrono_literals;

const Timestamp kStart{std::chrono::seconds(1795434425)};

/// A printer with a clock that only the test turns.
class Bench {
  public:
    explicit Bench(SimulationOptions options = {}) : printer(options, kStart) {}

    void pass(std::chrono::microseconds time) {
        now += time;
        printer.advance(now);
    }
    void connect() {
        printer.connect();
        pass(3s);
    }
    void add(std::string path, std::uint64_t size_bytes) {
        StoredFile file;
        file.path = std::move(path);
        file.size_bytes = size_bytes;
        file.date = now;
        printer.add_file(std::move(file));
    }
    /// A file of 100 s that was not analysed, one second after its start.
    void print() {
        connect();
        add("part.gcode", 500'000);
        ASSERT_TRUE(printer.select_and_print("part.gcode"));
        pass(1020ms);
        ASSERT_EQ(printer.state(), State::kPrinting);
    }

    Timestamp now = kStart;
    OctoPrintPrinter printer;
};

TEST(OctoPrintPrinter, ConnectsStepByStep) {
    Bench bench;
    EXPECT_EQ(bench.printer.state(), State::kOffline);
    bench.printer.connect();
    EXPECT_EQ(bench.printer.state(), State::kOpeningSerial);
    bench.pass(6ms);
    EXPECT_EQ(bench.printer.state(), State::kConnecting);
    bench.pass(10ms);
    EXPECT_EQ(bench.printer.state(), State::kOperational);
}

TEST(OctoPrintPrinter, DoesNotKnowTemperaturesRightAfterConnecting) {
    Bench bench;
    bench.printer.connect();
    bench.pass(1s);
    EXPECT_TRUE(bench.printer.temperatures().empty());
    bench.pass(600ms);
    ASSERT_EQ(bench.printer.temperatures().size(), 1U);
    EXPECT_EQ(bench.printer.temperatures()[0].heater, "bed");
    EXPECT_EQ(bench.printer.temperatures()[0].actual, std::nullopt);
    bench.pass(1s);
    ASSERT_EQ(bench.printer.temperatures().size(), 2U);
    EXPECT_NEAR(*bench.printer.temperatures()[1].actual, Heater::kRoomTemperature, 1);
}

TEST(OctoPrintPrinter, HeatsUpForAPrintAndCoolsDownAfterIt) {
    Bench bench;
    bench.print();
    bench.pass(19s);  // about one time constant of the tool
    const auto tool = bench.printer.temperatures()[1];
    EXPECT_EQ(tool.target, 210);
    EXPECT_NEAR(*tool.actual, 210 - (210 - Heater::kRoomTemperature) * std::exp(-1), 2);
    EXPECT_EQ(bench.printer.command(JobCommand::kCancel), JobAnswer::kTaken);
    bench.pass(10min);
    EXPECT_EQ(bench.printer.temperatures()[1].target, 0);
    EXPECT_NEAR(*bench.printer.temperatures()[1].actual, Heater::kRoomTemperature, 1);
}

TEST(OctoPrintPrinter, ShowsTheSameNoiseForTheSameSeed) {
    const auto readings = [](std::uint64_t seed) {
        SimulationOptions options;
        options.seed = seed;
        Bench bench(options);
        bench.connect();
        std::vector<double> values;
        for (int i = 0; i < 20; ++i) {
            bench.pass(1s);
            values.push_back(*bench.printer.temperatures()[1].actual);
        }
        return values;
    };
    EXPECT_EQ(readings(7), readings(7));
    EXPECT_NE(readings(7), readings(8));
}

TEST(OctoPrintPrinter, HasNoProgressAtFirstAndNoEstimateForAWhile) {
    Bench bench;
    bench.connect();
    bench.add("part.gcode", 500'000);
    ASSERT_TRUE(bench.printer.select_and_print("part.gcode"));
    EXPECT_EQ(bench.printer.state(), State::kStarting);
    EXPECT_EQ(bench.printer.progress().completion, std::nullopt);
    bench.pass(2020ms);
    const auto early = bench.printer.progress();
    EXPECT_EQ(early.filepos, 10'000U);
    EXPECT_DOUBLE_EQ(*early.completion, 2.0);
    EXPECT_EQ(early.print_time_s, 2);
    EXPECT_EQ(early.print_time_left_s, std::nullopt);
    EXPECT_EQ(early.left_origin, "linear");
    bench.pass(8s);
    EXPECT_NEAR(static_cast<double>(*bench.printer.progress().print_time_left_s), 90, 10);
}

TEST(OctoPrintPrinter, EstimatesFromTheStartWhatWasAnalysedBefore) {
    Bench bench;
    bench.connect();
    bench.add("part.gcode", 500'000);
    EXPECT_FALSE(bench.printer.files().find("part.gcode")->analysis);
    bench.pass(2s);
    ASSERT_TRUE(bench.printer.files().find("part.gcode")->analysis);
    EXPECT_DOUBLE_EQ(bench.printer.files().find("part.gcode")->analysis->estimate_s, 100);
    ASSERT_TRUE(bench.printer.select_and_print("part.gcode"));
    bench.pass(1s);
    EXPECT_EQ(bench.printer.progress().left_origin, "analysis");
    EXPECT_TRUE(bench.printer.progress().print_time_left_s);
}

TEST(OctoPrintPrinter, DoesNotAnalyseWhilePrinting) {
    Bench bench;
    bench.print();
    bench.add("next.gcode", 1000);
    bench.pass(60s);
    EXPECT_FALSE(bench.printer.files().find("next.gcode")->analysis);
}

TEST(OctoPrintPrinter, KeepsTheProgressOfAFinishedPrint) {
    Bench bench;
    bench.print();
    bench.pass(99s);
    EXPECT_EQ(bench.printer.state(), State::kFinishing);
    bench.pass(300ms);
    EXPECT_EQ(bench.printer.state(), State::kOperational);
    const auto done = bench.printer.progress();
    EXPECT_EQ(done.completion, 100.0);
    EXPECT_EQ(done.filepos, 500'000U);
    EXPECT_EQ(done.print_time_s, 100);
    EXPECT_EQ(done.print_time_left_s, 0);
    EXPECT_EQ(done.left_origin, std::nullopt);
    EXPECT_EQ(bench.printer.files().find("part.gcode")->successes, 1U);
    ASSERT_TRUE(bench.printer.select("part.gcode"));
    EXPECT_EQ(bench.printer.progress().completion, std::nullopt);
}

TEST(OctoPrintPrinter, PassesThroughAWholePrintInOneStep) {
    Bench bench;
    bench.connect();
    bench.add("part.gcode", 500'000);
    ASSERT_TRUE(bench.printer.select_and_print("part.gcode"));
    bench.pass(10h);
    EXPECT_EQ(bench.printer.state(), State::kOperational);
    EXPECT_EQ(bench.printer.progress().completion, 100.0);
}

TEST(OctoPrintPrinter, StandsStillWhilePaused) {
    Bench bench;
    bench.print();
    EXPECT_EQ(bench.printer.command(JobCommand::kPause), JobAnswer::kTaken);
    EXPECT_EQ(bench.printer.state(), State::kPausing);
    bench.pass(1s);
    EXPECT_EQ(bench.printer.state(), State::kPaused);
    const auto frozen = bench.printer.progress().filepos;
    bench.pass(1h);
    EXPECT_EQ(bench.printer.progress().filepos, frozen);
    EXPECT_EQ(bench.printer.command(JobCommand::kPause), JobAnswer::kIgnored);
    EXPECT_EQ(bench.printer.state(), State::kPaused);
    EXPECT_EQ(bench.printer.command(JobCommand::kTogglePause), JobAnswer::kTaken);
    EXPECT_EQ(bench.printer.state(), State::kResuming);
    bench.pass(10ms);
    EXPECT_EQ(bench.printer.state(), State::kPrinting);
}

TEST(OctoPrintPrinter, StartsAgainFromPausedByRestart) {
    Bench bench;
    bench.print();
    bench.pass(20s);
    bench.printer.command(JobCommand::kPause);
    bench.pass(1s);
    EXPECT_EQ(bench.printer.command(JobCommand::kRestart), JobAnswer::kTaken);
    bench.pass(1020ms);
    EXPECT_EQ(bench.printer.progress().print_time_s, 1);
}

TEST(OctoPrintPrinter, ForgetsTheProgressButNotTheFileOfACancelledPrint) {
    Bench bench;
    bench.print();
    EXPECT_EQ(bench.printer.command(JobCommand::kCancel), JobAnswer::kTaken);
    EXPECT_EQ(bench.printer.state(), State::kCancelling);
    bench.pass(100ms);
    EXPECT_EQ(bench.printer.state(), State::kOperational);
    EXPECT_EQ(bench.printer.progress().completion, std::nullopt);
    ASSERT_TRUE(bench.printer.selected_file());
    EXPECT_EQ(bench.printer.selected_file()->failures, 1U);
}

TEST(OctoPrintPrinter, TakesStartWithoutAFileAndDoesNothing) {
    Bench bench;
    bench.connect();
    EXPECT_EQ(bench.printer.command(JobCommand::kStart), JobAnswer::kTaken);
    EXPECT_EQ(bench.printer.state(), State::kOperational);
}

TEST(OctoPrintPrinter, LosesThePrintAndTheFileOnDisconnect) {
    Bench bench;
    bench.print();
    bench.printer.disconnect();
    EXPECT_EQ(bench.printer.state(), State::kOffline);
    EXPECT_FALSE(bench.printer.selected_file());
    EXPECT_TRUE(bench.printer.was_anything_selected());
    bench.printer.disconnect();
    EXPECT_EQ(bench.printer.state(), State::kOffline);
}

TEST(OctoPrintPrinter, GoesOfflineAfterAnErrorUntilItIsConnectedAgain) {
    Bench bench;
    bench.print();
    bench.printer.fail("Thermal Runaway");
    EXPECT_EQ(bench.printer.state(), State::kError);
    bench.pass(10ms);
    EXPECT_EQ(bench.printer.state(), State::kOfflineAfterError);
    EXPECT_EQ(bench.printer.error(), "Thermal Runaway");
    EXPECT_FALSE(bench.printer.selected_file());
    bench.connect();
    EXPECT_EQ(bench.printer.state(), State::kOperational);
    EXPECT_EQ(bench.printer.error(), "");
}

TEST(OctoPrintPrinter, SelectsOnlyWhenOperational) {
    Bench bench;
    bench.add("part.gcode", 10);
    EXPECT_FALSE(bench.printer.select("part.gcode"));
    EXPECT_FALSE(bench.printer.was_anything_selected());
    bench.connect();
    EXPECT_FALSE(bench.printer.select("missing.gcode"));
    EXPECT_TRUE(bench.printer.select("part.gcode"));
    ASSERT_TRUE(bench.printer.select_and_print("part.gcode"));
    EXPECT_TRUE(bench.printer.is_printing("part.gcode"));
    EXPECT_FALSE(bench.printer.select_and_print("part.gcode"));
}

TEST(OctoPrintPrinter, RunsAsFastAsItIsTold) {
    SimulationOptions options;
    options.speed = 100;
    Bench bench(options);
    bench.connect();
    bench.add("part.gcode", 500'000);
    ASSERT_TRUE(bench.printer.select_and_print("part.gcode"));
    bench.pass(500ms);
    EXPECT_EQ(bench.printer.progress().print_time_s, 49);  // 20 ms went to Starting
    bench.pass(600ms);
    EXPECT_EQ(bench.printer.progress().completion, 100.0);
}

TEST(OctoPrintPrinter, BeginsLateAndCountsWhatItBegins) {
    Bench bench;
    bench.connect();
    bench.add("part.gcode", 500'000);
    bench.printer.print_later("part.gcode", 1s);
    bench.pass(900ms);
    EXPECT_TRUE(bench.printer.will_print());
    EXPECT_EQ(bench.printer.state(), State::kOperational);
    EXPECT_TRUE(bench.printer.prints_begun().empty());
    bench.pass(1s);
    EXPECT_FALSE(bench.printer.will_print());
    EXPECT_EQ(bench.printer.state(), State::kPrinting);
    bench.pass(1h);
    bench.add("part.gcode", 500'000);
    EXPECT_TRUE(bench.printer.select_and_print("part.gcode"));
    EXPECT_EQ(bench.printer.prints_begun().at("part.gcode"), 2U) << "another upload goes on counting";
}

TEST(OctoPrintPrinter, PrintsAnEmptyFile) {
    SimulationOptions options;
    options.print_duration = 10s;
    Bench bench(options);
    bench.connect();
    bench.add("empty.gcode", 0);
    ASSERT_TRUE(bench.printer.select_and_print("empty.gcode"));
    bench.pass(5s);
    EXPECT_EQ(bench.printer.progress().completion, 100.0);
    bench.pass(10s);
    EXPECT_EQ(bench.printer.state(), State::kOperational);
}

TEST(OctoPrintPrinter, StallsInTheMiddleOfAPrint) {
    Bench bench;
    bench.print();
    bench.printer.set_stalled(true);
    const auto position = bench.printer.progress().filepos;
    bench.pass(1h);
    EXPECT_EQ(bench.printer.state(), State::kPrinting);
    EXPECT_EQ(bench.printer.progress().filepos, position);
    bench.printer.set_stalled(false);
    bench.pass(1h);
    EXPECT_EQ(bench.printer.state(), State::kOperational);
}

TEST(OctoPrintPrinter, StaysInAForcedState) {
    Bench bench;
    EXPECT_TRUE(bench.printer.force(State::kConnecting));
    bench.pass(1h);
    EXPECT_EQ(bench.printer.state(), State::kConnecting);
    EXPECT_FALSE(bench.printer.force(State::kPaused));
    EXPECT_EQ(bench.printer.state(), State::kConnecting);
    bench.printer.disconnect();
    EXPECT_EQ(bench.printer.state(), State::kOffline);
}

/// Whatever state a print is forced into, commands and time must lead on without a fall.
TEST(OctoPrintPrinter, SurvivesEveryCommandInEveryForcedState) {
    for (const auto& row : kStates) {
        for (const auto& command : kJobCommands) {
            Bench bench;
            bench.connect();
            bench.add("part.gcode", 10'000);
            ASSERT_TRUE(bench.printer.select("part.gcode"));
            ASSERT_TRUE(bench.printer.force(row.state)) << row.text;
            const auto answer = bench.printer.command(command.command);
            EXPECT_EQ(answer, job_answer(command.command, row.phase)) << row.text;
            bench.pass(1h);
            bench.printer.disconnect();
            EXPECT_EQ(bench.printer.phase(), Phase::kNotConnected) << row.text;
        }
    }
}

TEST(OctoPrintPrinter, IgnoresAClockThatGoesBack) {
    Bench bench;
    bench.print();
    const auto position = bench.printer.progress().filepos;
    bench.printer.advance(kStart);
    EXPECT_EQ(bench.printer.progress().filepos, position);
}

TEST(OctoPrintPrinter, RemembersTemperaturesWithinBounds) {
    Bench bench;
    bench.connect();
    for (int i = 0; i < 1000; ++i) bench.pass(1s);
    EXPECT_EQ(bench.printer.temperature_history().size(), 300U);
    EXPECT_EQ(bench.printer.temperature_history().back().time, bench.now);
}

}  // namespace
}  // namespace karmen::fake
