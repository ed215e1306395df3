#include "runtime/loop.hpp"
#include "runtime/pool.hpp"
#include "runtime/sleep.hpp"
#include "runtime/task_group.hpp"
#include "services/printer_monitor.hpp"
#include "services/printer_observer.hpp"
#include "services/printers.hpp"
#include "storage/test_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace karmen::services {
namespace {

using namespace std::chrono_literals;
using printers::Observed;
using printers::PrinterAddress;
using testing::ElementsAre;

/// Printers that are all operational, but for those that never answer.
class OperationalPrinters final : public printers::PrinterApi {
  public:
    std::set<std::string> silent;
    std::vector<std::string> keys_seen;  ///< of status questions, in their order

    Awaitable<printers::SniffedServer> sniff(PrinterAddress address) override {
        co_await hang_if_silent(address.host);
        co_return printers::SniffedServer{.connected = true, .access_level = AccessLevel::kUnlocked};
    }
    Awaitable<Observed<PrinterStatus>> status(PrinterAddress address) override {
        keys_seen.push_back(address.api_key.value_or(""));
        co_await hang_if_silent(address.host);
        co_return Observed<PrinterStatus>{{.state = PrinterState::kOperational, .text = "Operational"}, {}};
    }
    Awaitable<Observed<Webcam>> webcam(PrinterAddress) override { co_return Observed<Webcam>{}; }
    Awaitable<Observed<printers::JobReport>> job(PrinterAddress) override {
        co_return Observed<printers::JobReport>{{.responded = true}, {}};
    }
    Awaitable<Observed<printers::CommandOutcome>> connect(PrinterAddress) override { return refused(); }
    Awaitable<Observed<printers::CommandOutcome>> disconnect(PrinterAddress) override { return refused(); }
    Awaitable<Observed<printers::CommandOutcome>> command_job(PrinterAddress, printers::JobCommand) override {
        return refused();
    }
    Awaitable<Observed<printers::PrintOutcome>> print(PrinterAddress, printers::PrintFile) override {
        co_return Observed<printers::PrintOutcome>{{printers::PrintOutcome::Result::kRefused, ""}, {}};
    }

  private:
    static Awaitable<Observed<printers::CommandOutcome>> refused() {
        co_return Observed<printers::CommandOutcome>{{printers::CommandOutcome::Result::kRefused, ""}, {}};
    }
    Awaitable<void> hang_if_silent(std::string host) {
        if (silent.contains(host)) co_await sleep_for(1h);
    }
};

Printer printer_at(std::string host, std::optional<std::string> api_key = std::nullopt) {
    Printer printer{.host = std::move(host), .name = "Printer"};
    printer.client.api_key = std::move(api_key);
    return printer;
}

class PrinterRefreshTest : public testing::Test {
  protected:
    /// A scenario ends with the monitor, whose coroutines would go on for ever.
    void run(Awaitable<void> scenario) { loop_.run_until_done(end_after(std::move(scenario))); }

    Awaitable<void> end_after(Awaitable<void> scenario) {
        std::exception_ptr failure;
        try {
            co_await std::move(scenario);
        } catch (...) {
            failure = std::current_exception();
        }
        co_await monitor_.stop();
        if (failure) std::rethrow_exception(failure);
    }
    Awaitable<PrinterState> state_of(std::string host) { co_return (co_await monitor_.snapshot(host)).status.state; }

    Awaitable<void> notice_rows_that_come_and_go();
    Awaitable<void> ask_with_the_new_key();
    Awaitable<void> leave_unchanged_rows_in_peace();
    Awaitable<void> refresh_until(std::shared_ptr<bool> is_over);
    Awaitable<void> add_and_refresh();

    Loop loop_;
    storage::TestDatabase database_;
    storage::PrinterRepository rows_{*database_};
    Log log_ = Log::silent();
    OperationalPrinters api_;
    Pool blocking_{"blocking", 4, 100};
    PrinterMonitor monitor_{loop_.executor(), api_, rows_,
                            blocking_,        log_, {.status_age_max = 1h, .check_interval = 1h}};
    Printers printers_{rows_, api_, monitor_, blocking_};
};

Awaitable<void> PrinterRefreshTest::notice_rows_that_come_and_go() {
    co_await printers_.start();
    EXPECT_EQ(co_await state_of("10.0.0.1"), PrinterState::kNotResponding);
    rows_.insert(printer_at("10.0.0.1"));
    co_await printers_.refresh();
    EXPECT_EQ(co_await state_of("10.0.0.1"), PrinterState::kOperational);
    rows_.remove("10.0.0.1");
    co_await printers_.refresh();
    EXPECT_EQ(co_await state_of("10.0.0.1"), PrinterState::kNotResponding);
}
TEST_F(PrinterRefreshTest, NoticesRowsThatComeAndGo) {
    run(notice_rows_that_come_and_go());
}

Awaitable<void> PrinterRefreshTest::ask_with_the_new_key() {
    rows_.insert(printer_at("10.0.0.1", "old"));
    co_await printers_.start();
    co_await state_of("10.0.0.1");
    rows_.modify("10.0.0.1", [](Printer& printer) { printer.client.api_key = "new"; });
    co_await printers_.refresh();
    co_await state_of("10.0.0.1");
    EXPECT_THAT(api_.keys_seen, ElementsAre("old", "new"));
}
TEST_F(PrinterRefreshTest, AsksWithTheNewKey) {
    run(ask_with_the_new_key());
}

/// What the monitor itself stores of the printer (connected, its access level) is no reason to ask again.
Awaitable<void> PrinterRefreshTest::leave_unchanged_rows_in_peace() {
    rows_.insert(printer_at("10.0.0.1", "key"));
    co_await printers_.start();
    co_await state_of("10.0.0.1");
    EXPECT_TRUE(rows_.find("10.0.0.1")->client.connected);
    rows_.modify("10.0.0.1", [](Printer& printer) { printer.client.connected = false; });
    co_await printers_.refresh();
    co_await state_of("10.0.0.1");
    EXPECT_THAT(api_.keys_seen, ElementsAre("key"));
}
TEST_F(PrinterRefreshTest, LeavesUnchangedRowsInPeace) {
    run(leave_unchanged_rows_in_peace());
}

Awaitable<void> PrinterRefreshTest::refresh_until(std::shared_ptr<bool> is_over) {
    while (!*is_over) co_await printers_.refresh();
}

/// A list that was read before an addition of our own must not undo it, in whatever order the two end.
Awaitable<void> PrinterRefreshTest::add_and_refresh() {
    TaskGroup refreshing(loop_.executor(), log_, "refreshing");
    const auto is_over = std::make_shared<bool>(false);
    for (int i = 0; i < 3; ++i) refreshing.spawn(refresh_until(is_over));
    for (int i = 0; i < 100; ++i) {
        const std::string host = "10.0.0." + std::to_string(i);
        const PrinterView added = co_await printers_.add({.host = host, .name = "Printer"});
        EXPECT_EQ(added.snapshot.status.state, PrinterState::kOperational) << host;
        EXPECT_EQ(co_await state_of(host), PrinterState::kOperational) << host;
    }
    *is_over = true;
    co_await refreshing.join();
}
TEST_F(PrinterRefreshTest, AnAdditionMeanwhileStays) {
    run(add_and_refresh());
}

Awaitable<std::vector<Observation>> ask(OperationalPrinters& api, std::vector<Printer> printers) {
    co_return co_await observe_all(api, std::move(printers), 50ms, WebcamQuestion::kSkip);
}

TEST(ObserveAll, OneSilentPrinterCostsOnlyItself) {
    Loop loop;
    OperationalPrinters api;
    api.silent = {"10.0.0.2"};
    Printer silent = printer_at("10.0.0.2");
    silent.client.connected = true;
    silent.client.access_level = AccessLevel::kUnlocked;
    const auto seen = loop.run_until_done(ask(api, {printer_at("10.0.0.1"), silent, printer_at("10.0.0.3")}));
    ASSERT_EQ(seen.size(), 3);
    EXPECT_EQ(seen[0].status.state, PrinterState::kOperational);
    EXPECT_TRUE(seen[0].client.connected);
    EXPECT_EQ(seen[1].status.state, PrinterState::kNotResponding);
    EXPECT_FALSE(seen[1].client.connected);
    EXPECT_EQ(seen[2].status.state, PrinterState::kOperational);
    EXPECT_TRUE(loop.run_until_done(ask(api, {})).empty());
}

}  // namespace
}  // namespace karmen::services
