#include "fleet/printer_observer.hpp"

#include "fleet/test_printer_api.hpp"
#include "runtime/loop.hpp"

#include <gtest/gtest.h>

namespace karmen::fleet {
namespace {

constexpr const char* kHost = "10.0.0.1";

Printer connected_printer() {
    return {.host = kHost,
            .name = "one",
            .client = {.version = {.api = "0.1", .server = "1.0", .text = "OctoPrint 1.0"},
                       .connected = true,
                       .access_level = AccessLevel::kUnlocked,
                       .api_key = "abcdefgh"}};
}

class PrinterObserverTest : public testing::Test {
  public:
    Observation run(const Printer& printer, WebcamQuestion webcam = WebcamQuestion::kSkip) {
        return loop.run_until_done(observe(api, printer, webcam));
    }

    Loop loop;
    ScriptedPrinterApi api{loop.executor()};
    ScriptedPrinterApi::Script& script = api.at(kHost);
};

TEST_F(PrinterObserverTest, AConnectedPrinterIsAskedForStatusAndJobOnly) {
    script.status.state = PrinterState::kPrinting;
    script.job = PrinterJob{.name = "cube.gcode", .completion = 12.5};
    const Observation seen = run(connected_printer());
    EXPECT_EQ(seen.client, connected_printer().client);
    EXPECT_EQ(seen.status, script.status);
    EXPECT_EQ(seen.job, script.job);
    EXPECT_FALSE(seen.webcam);
    EXPECT_EQ(script.sniffs, 0);
    EXPECT_EQ(script.webcams, 0);
}

TEST_F(PrinterObserverTest, TheWebcamIsAskedForWhenItIsWanted) {
    EXPECT_EQ(run(connected_printer(), WebcamQuestion::kAsk).webcam, script.webcam);
}

TEST_F(PrinterObserverTest, OneThatWasNotConnectedIsLookedAtFirst) {
    Printer printer = connected_printer();
    printer.client.connected = false;
    script.server.access_level = AccessLevel::kReadOnly;
    const Observation seen = run(printer);
    EXPECT_TRUE(seen.client.connected);
    EXPECT_EQ(seen.client.access_level, AccessLevel::kReadOnly);
    EXPECT_EQ(seen.client.version, script.server.version);
    EXPECT_EQ(seen.client.api_key, printer.client.api_key);
    EXPECT_EQ(seen.status, script.status);
}

TEST_F(PrinterObserverTest, OneWhoseAccessIsUnknownIsLookedAtFirst) {
    Printer printer = connected_printer();
    printer.client.access_level = AccessLevel::kUnknown;
    EXPECT_EQ(run(printer).client.access_level, AccessLevel::kUnlocked);
    EXPECT_EQ(script.sniffs, 1);
}

TEST_F(PrinterObserverTest, OneThatIsNotThereIsAskedNothingElseAndKeepsItsVersion) {
    Printer printer = connected_printer();
    printer.client.connected = false;
    script.server = {};
    const Observation seen = run(printer, WebcamQuestion::kAsk);
    EXPECT_FALSE(seen.client.connected);
    EXPECT_EQ(seen.client.access_level, AccessLevel::kUnknown);
    EXPECT_EQ(seen.client.version, printer.client.version);
    EXPECT_EQ(seen.status, not_responding());
    EXPECT_FALSE(seen.webcam);
    EXPECT_EQ(script.statuses + script.jobs + script.webcams, 0);
}

TEST_F(PrinterObserverTest, OneThatAnswersNoMoreIsLookedAtAfterwards) {
    script.status = not_responding();
    script.server = {};
    const Observation seen = run(connected_printer());
    EXPECT_FALSE(seen.client.connected);
    EXPECT_EQ(seen.status, not_responding());
    EXPECT_EQ(script.sniffs, 1);
}

TEST_F(PrinterObserverTest, OneThatRefusesTheKeyStaysConnectedAndIsProtected) {
    script.right_api_key = "another key";
    const Observation seen = run(connected_printer());
    EXPECT_TRUE(seen.client.connected);
    EXPECT_EQ(seen.client.access_level, AccessLevel::kProtected);
    EXPECT_EQ(seen.client.api_key, "abcdefgh");
    EXPECT_EQ(seen.status.state, PrinterState::kNotResponding);
}

TEST_F(PrinterObserverTest, AQuestionThatIsAnsweredDoesNotMakeAReadOnlyKeyAnother) {
    Printer printer = connected_printer();
    script.access = AccessLevel::kUnlocked;
    EXPECT_EQ(run(printer).client.access_level, AccessLevel::kUnlocked);
    printer.client.access_level = AccessLevel::kReadOnly;
    EXPECT_EQ(run(printer).client.access_level, AccessLevel::kReadOnly);
    EXPECT_EQ(script.sniffs, 0);
    printer.client.access_level = AccessLevel::kProtected;
    script.server.access_level = AccessLevel::kReadOnly;
    EXPECT_EQ(run(printer).client.access_level, AccessLevel::kReadOnly) << "it is looked at what the key is good for";
}

TEST_F(PrinterObserverTest, WhatStandsInTheWayIsTheStatus) {
    Printer printer = connected_printer();
    const PrinterStatus refused = not_responding(PrinterState::kUnreachable, "refused");
    script.server = {.obstacle = refused};
    script.status = not_responding();
    EXPECT_EQ(run(printer).status, refused);
    printer.client.connected = false;
    EXPECT_EQ(run(printer).status, refused);
}

TEST_F(PrinterObserverTest, AMoonrakerThatWasTakenForAnOctoPrintIsLookedAt) {
    Printer printer = connected_printer();
    printer.client.version.text = "OctoPrint (Moonraker v0.3.1-12)";
    script.server = {.version = printer.client.version,
                     .obstacle = not_responding(PrinterState::kOtherServer, std::string(kMoonrakerHint))};
    const Observation seen = run(printer);
    EXPECT_FALSE(seen.client.connected);
    EXPECT_EQ(seen.status.reason, kMoonrakerHint);
    EXPECT_EQ(script.statuses, 0);
}

TEST_F(PrinterObserverTest, AnAnswerThatMakesNoSenseIsAnAnswer) {
    script.status = invalid_data();
    const Observation seen = run(connected_printer());
    EXPECT_TRUE(seen.client.connected);
    EXPECT_EQ(seen.status, invalid_data());
    EXPECT_EQ(script.sniffs, 0);
}

}  // namespace
}  // namespace karmen::fleet
