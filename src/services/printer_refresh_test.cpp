#include "events/test_bench.hpp"
#include "fleet/printer_monitor.hpp"
#include "fleet/printer_observer.hpp"
#include "fleet/test_printer_api.hpp"
#include "runtime/task_group.hpp"
#include "services/printers.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace karmen::services {
namespace {

using namespace std::chrono_literals;

Printer printer_at(std::string host, std::optional<std::string> api_key = std::nullopt) {
    Printer printer{.id = fleet::id_of(host), .host = host, .name = "Printer"};
    printer.client.api_key = std::move(api_key);
    return printer;
}

class PrinterRefreshTest : public events::ServiceTest {
  protected:
    Awaitable<PrinterState> state_of(std::string host) {
        co_return (co_await monitor_.snapshot(fleet::id_of(host))).status.state;
    }

    Awaitable<void> notice_rows_that_come_and_go();
    Awaitable<void> ask_with_the_new_key();
    Awaitable<void> ask_again_for_another_certificate();
    Awaitable<void> leave_unchanged_rows_in_peace();
    Awaitable<void> refresh_until(std::shared_ptr<bool> is_over);
    Awaitable<void> add_and_refresh();

    fleet::ScriptedPrinterApi api_{loop.executor()};
    storage::PrinterRepository rows_{*database};
    Pool several_threads_{"blocking", 4, storage::kTestQueueMax};
    fleet::NoOtherProcesses exchange_;
    fleet::PrinterMonitor monitor_{
        loop.executor(), {api_, rows_, exchange_, several_threads_, log, changes}, fleet::kPatient};
    Printers printers_{{rows_, api_, monitor_, exchange_, lists, several_threads_, changes}};
};

Awaitable<void> PrinterRefreshTest::notice_rows_that_come_and_go() {
    co_await printers_.start();
    EXPECT_EQ(co_await state_of("10.0.0.1"), PrinterState::kNotResponding);
    rows_.insert(printer_at("10.0.0.1"));
    co_await printers_.refresh();
    EXPECT_EQ(co_await state_of("10.0.0.1"), PrinterState::kOperational);
    rows_.remove("10.0.0.1");
    EXPECT_TRUE(changes.of<events::PrinterRemoved>().empty());
    co_await printers_.refresh();
    co_await printers_.refresh();
    EXPECT_EQ(changes.of<events::PrinterRemoved>().size(), 1U);
    // A client that reads the list before the next refresh does not prevent the event.
    rows_.insert(printer_at("10.0.0.1"));
    co_await printers_.refresh();
    EXPECT_EQ(co_await state_of("10.0.0.1"), PrinterState::kOperational);
    rows_.remove("10.0.0.1");
    co_await printers_.known(PrinterFields::all());
    co_await printers_.refresh();
    EXPECT_EQ(changes.of<events::PrinterRemoved>().size(), 2U);
    EXPECT_EQ(co_await state_of("10.0.0.1"), PrinterState::kNotResponding);
}
TEST_F(PrinterRefreshTest, NoticesRowsThatComeAndGo) {
    run(run_then_stop(notice_rows_that_come_and_go(), monitor_));
}

Awaitable<void> PrinterRefreshTest::ask_with_the_new_key() {
    api_.at("10.0.0.1").right_api_key = "new";
    rows_.insert(printer_at("10.0.0.1", "old"));
    co_await printers_.start();
    EXPECT_EQ(co_await state_of("10.0.0.1"), PrinterState::kNotResponding);
    rows_.modify("10.0.0.1", [](Printer& printer) { printer.client.api_key = "new"; });
    co_await printers_.refresh();
    EXPECT_EQ(co_await state_of("10.0.0.1"), PrinterState::kOperational);
}
TEST_F(PrinterRefreshTest, AsksWithTheNewKey) {
    run(run_then_stop(ask_with_the_new_key(), monitor_));
}

/// What was seen of a server says nothing of the one with the new certificate.
Awaitable<void> PrinterRefreshTest::ask_again_for_another_certificate() {
    rows_.insert(printer_at("10.0.0.1"));
    co_await printers_.start();
    co_await state_of("10.0.0.1");
    const int asked = api_.at("10.0.0.1").statuses;
    rows_.modify("10.0.0.1", [](Printer& printer) { printer.tls_fingerprint = std::string(64, 'a'); });
    co_await printers_.refresh();
    co_await state_of("10.0.0.1");
    EXPECT_GT(api_.at("10.0.0.1").statuses, asked);
}
TEST_F(PrinterRefreshTest, AsksAgainForAnotherCertificate) {
    run(run_then_stop(ask_again_for_another_certificate(), monitor_));
}

/// What the monitor itself stores of the printer (connected, its access level) is no reason to ask again.
Awaitable<void> PrinterRefreshTest::leave_unchanged_rows_in_peace() {
    rows_.insert(printer_at("10.0.0.1"));
    co_await printers_.start();
    co_await state_of("10.0.0.1");
    const int asked = api_.at("10.0.0.1").statuses;
    rows_.modify("10.0.0.1", [](Printer& printer) { printer.client.connected = !printer.client.connected; });
    co_await printers_.refresh();
    co_await state_of("10.0.0.1");
    EXPECT_EQ(api_.at("10.0.0.1").statuses, asked);
}
TEST_F(PrinterRefreshTest, LeavesUnchangedRowsInPeace) {
    run(run_then_stop(leave_unchanged_rows_in_peace(), monitor_));
}

Awaitable<void> PrinterRefreshTest::refresh_until(std::shared_ptr<bool> is_over) {
    while (!*is_over) co_await printers_.refresh();
}

/// A list that was read before an addition of our own must not undo it, in whatever order the two end.
Awaitable<void> PrinterRefreshTest::add_and_refresh() {
    TaskGroup refreshing(loop.executor(), log, "refreshing");
    const auto is_over = std::make_shared<bool>(false);
    for (int i = 0; i < 3; ++i) refreshing.spawn(refresh_until(is_over));
    for (int i = 0; i < 100; ++i) {
        const std::string host = "10.0.0." + std::to_string(i);
        const PrinterView added = co_await printers_.add({.host = host, .name = "Printer"});
        EXPECT_EQ(added.snapshot.status.state, PrinterState::kOperational) << host;
        const PrinterSnapshot again = co_await monitor_.snapshot(added.printer.id);
        EXPECT_EQ(again.status.state, PrinterState::kOperational) << host;
    }
    *is_over = true;
    co_await refreshing.join();
}
TEST_F(PrinterRefreshTest, AnAdditionMeanwhileStays) {
    run(run_then_stop(add_and_refresh(), monitor_));
}

class ObserveAllTest : public events::ServiceTest {
  protected:
    std::vector<fleet::Observation> ask(std::vector<Printer> printers) {
        return run(fleet::observe_all(api_, std::move(printers), 50ms, fleet::WebcamQuestion::kSkip));
    }

    fleet::ScriptedPrinterApi api_{loop.executor()};
};

TEST_F(ObserveAllTest, OneSilentPrinterCostsOnlyItself) {
    api_.hold("10.0.0.2");
    Printer silent = printer_at("10.0.0.2");
    silent.client.connected = true;
    silent.client.access_level = AccessLevel::kUnlocked;
    const auto seen = ask({printer_at("10.0.0.1"), silent, printer_at("10.0.0.3")});
    ASSERT_EQ(seen.size(), 3);
    EXPECT_EQ(seen[0].status.state, PrinterState::kOperational);
    EXPECT_TRUE(seen[0].client.connected);
    EXPECT_EQ(seen[1].status.state, PrinterState::kTimeout);
    EXPECT_FALSE(seen[1].client.connected);
    EXPECT_EQ(seen[2].status.state, PrinterState::kOperational);
    EXPECT_EQ(api_.at("10.0.0.2").waiting, 0) << "the question was given up";
}

TEST_F(ObserveAllTest, NoPrintersAreNoQuestion) {
    EXPECT_TRUE(ask({}).empty());
}

}  // namespace
}  // namespace karmen::services
