#include "services/printer_control.hpp"

#include "events/test_bench.hpp"
#include "fleet/test_printer_api.hpp"

namespace karmen::services {
namespace {

using printers::CommandOutcome;
using printers::JobCommand;

constexpr const char* kHost = "10.0.0.1";

class PrinterControlTest : public events::ServiceTest {
  public:
    PrinterControlTest() {
        rows.insert(
            {.host = kHost,
             .name = "Prusa",
             .client = {.version = script.server.version, .connected = true, .access_level = AccessLevel::kUnlocked}});
    }

    /// Karmen sent this file, for ann; the printer says what it prints.
    void print(const std::string& sent, const std::string& shown) {
        job_rows.insert({.gcode_id = 1,
                         .printer_host = kHost,
                         .printer_id = rows.find(kHost)->id,
                         .started = clock.now(),
                         .gcode = {.id = 1, .filename = sent, .size_bytes = 100},
                         .printer = {.host = kHost, .name = "Prusa", .client = {}},
                         .user = ann.user,
                         .username = std::nullopt,
                         .state = PrintJobState::kPrinting,
                         .remote = {.path = "karmen/" + sent, .came_before = {}, .printed_before = {}}});
        script.status = {.state = PrinterState::kPrinting, .text = "Printing"};
        script.job = PrinterJob{.name = shown};
        script.file = PrinterFile{.path = "karmen/" + shown, .size_bytes = 100};
    }

    static Awaitable<std::optional<ErrorCode>> watched(PrinterControlTest& t, Awaitable<void> operation) {
        t.monitor.watch(co_await t.printers.require(kHost));
        const auto code = co_await code_of(std::move(operation));
        co_await t.monitor.stop();
        co_return code;
    }
    std::optional<ErrorCode> cancel_error(const Principal& who) {
        return run(watched(*this, control.command_job(who, kHost, JobCommand::kCancel)));
    }

    Uuid id() { return rows.find(kHost).value().id; }

    storage::PrinterRepository rows{*database};
    storage::PrintJobRepository job_rows{*database};
    fleet::ScriptedPrinterApi api{loop.executor()};
    fleet::ScriptedPrinterApi::Script& script = api.at(kHost);
    fleet::NoOtherProcesses exchange;
    fleet::PrinterMonitor monitor{loop.executor(), {api, rows, exchange, blocking, log, changes}, fleet::kPatient};
    Printers printers{{rows, api, monitor, exchange, lists, blocking, changes}};
    PrinterControl control{printers, job_rows, monitor, api, blocking};
    Principal ann = add_account("ann");
    Principal bob = add_account("bob");
    Principal admin = add_account("admin", Role::kAdmin);
};

using Commands = std::vector<std::string>;

TEST_F(PrinterControlTest, AdministratorsOperateWhateverRuns) {
    EXPECT_EQ(cancel_error(admin), std::nullopt);
    EXPECT_EQ(script.commands, Commands{"cancel"});
}

TEST_F(PrinterControlTest, WhoseOwnPrintRunsMayOperateIt) {
    print("cube.gcode", "cube.gcode");
    EXPECT_EQ(cancel_error(ann), std::nullopt);
    EXPECT_EQ(script.commands, Commands{"cancel"});
}

TEST_F(PrinterControlTest, AnothersPrintIsLeftAlone) {
    print("cube.gcode", "cube.gcode");
    EXPECT_EQ(cancel_error(bob), ErrorCode::kRoleRequired);
    EXPECT_TRUE(script.commands.empty());
}

TEST_F(PrinterControlTest, APrintThatWasNotSentByKarmenIsNobodys) {
    print("cube.gcode", "started at the printer.gcode");
    EXPECT_EQ(cancel_error(ann), ErrorCode::kRoleRequired);
}

TEST_F(PrinterControlTest, TheNameOfAFileMakesNobodyItsOwner) {
    print("cube.gcode", "cube.gcode");
    script.file->path = "cube.gcode";
    EXPECT_EQ(cancel_error(ann), ErrorCode::kRoleRequired) << "in another folder";
    script.file = PrinterFile{.path = "karmen/cube.gcode", .size_bytes = 101};
    EXPECT_EQ(cancel_error(ann), ErrorCode::kRoleRequired) << "of another size";
}

TEST_F(PrinterControlTest, WhoCancelsIsNotedUnlessThePrinterRefuses) {
    print("cube.gcode", "cube.gcode");
    script.command_outcome = {.result = CommandOutcome::Result::kRefused, .reason = "not now"};
    EXPECT_EQ(cancel_error(ann), ErrorCode::kPrinterRefused);
    EXPECT_EQ(job_rows.list({}).rows.at(0).reason, "");
    script.command_outcome = {.result = CommandOutcome::Result::kDone};
    EXPECT_EQ(error_of(control.command_job(admin, kHost, JobCommand::kToggle)), std::nullopt);
    EXPECT_EQ(job_rows.list({}).rows.at(0).reason, "");
    EXPECT_EQ(error_of(control.command_job(admin, kHost, JobCommand::kCancel)), std::nullopt);
    EXPECT_EQ(job_rows.list({}).rows.at(0).reason, "Cancelled by admin");
}

TEST_F(PrinterControlTest, APrintThatIsOverGivesNoRight) {
    print("cube.gcode", "cube.gcode");
    script.status = {.state = PrinterState::kOperational, .text = "Operational"};
    EXPECT_EQ(cancel_error(ann), ErrorCode::kRoleRequired);
}

TEST_F(PrinterControlTest, WhatThePrinterRefusesIsSaidWithItsReason) {
    script.command_outcome = {.result = CommandOutcome::Result::kRefused, .reason = "not now"};
    EXPECT_EQ(cancel_error(admin), ErrorCode::kPrinterRefused);
    EXPECT_EQ(error_of(control.set_connection(admin, kHost, ConnectionState::kOnline)), ErrorCode::kPrinterFailed);
    EXPECT_EQ(error_of(control.set_connection(admin, "10.0.0.9", ConnectionState::kOnline)),
              ErrorCode::kPrinterNotFound);
}

TEST_F(PrinterControlTest, ARefusalShowsThatTheKeyIsForLookingOnly) {
    script.command_outcome = {.result = CommandOutcome::Result::kRefused, .reason = "no right"};
    script.command_access = AccessLevel::kReadOnly;
    script.access = AccessLevel::kUnlocked;
    run(run_then_stop(
        [](PrinterControlTest& t) -> Awaitable<void> {
            t.monitor.watch(co_await t.printers.require(kHost));
            EXPECT_EQ(co_await code_of(t.control.command_job(t.admin, kHost, JobCommand::kCancel)),
                      ErrorCode::kPrinterRefused);
            co_await t.monitor.snapshot(t.id());
            co_await until([&t] { return t.rows.find(kHost)->client.access_level == AccessLevel::kReadOnly; });
        }(*this),
        monitor));
}

TEST_F(PrinterControlTest, AMoonrakerIsToldNothing) {
    rows.modify(kHost, [](Printer& printer) { printer.client.version.text = "OctoPrint (Moonraker v0.8)"; });
    EXPECT_EQ(cancel_error(admin), ErrorCode::kPrinterRefused);
    EXPECT_TRUE(script.commands.empty());
}

TEST_F(PrinterControlTest, ConnectsAndDisconnects) {
    run(control.set_connection(admin, kHost, ConnectionState::kOnline));
    run(control.set_connection(admin, kHost, ConnectionState::kOffline));
    EXPECT_EQ(script.commands, (Commands{"connect", "disconnect"}));
}

TEST_F(PrinterControlTest, TheStatusIsAskedForAnewAfterACommand) {
    run(run_then_stop(
        [](PrinterControlTest& t) -> Awaitable<void> {
            t.monitor.watch(co_await t.printers.require(kHost));
            co_await t.monitor.snapshot(t.id());
            const int before = t.script.statuses;
            co_await t.control.command_job(t.admin, kHost, JobCommand::kToggle);
            co_await t.monitor.snapshot(t.id());
            EXPECT_EQ(t.script.statuses, before + 1);
        }(*this),
        monitor));
}

}  // namespace
}  // namespace karmen::services
