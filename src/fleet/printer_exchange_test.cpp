#include "fleet/printer_exchange.hpp"

#include "events/test_bench.hpp"
#include "fleet/printer_monitor.hpp"
#include "fleet/test_printer_api.hpp"

#include <set>

namespace karmen::fleet {
namespace {

constexpr const char* kHost = "10.0.0.1";

/// Several monitors in one process that hear of each other as the processes of an installation do.
class LocalExchange final : public PrinterExchange {
  public:
    explicit LocalExchange(std::set<Uuid>& claimed) : claimed_(claimed) {}

    Awaitable<std::optional<Claim>> claim(Uuid printer) override {
        ++claims;
        if (!claimed_.insert(printer).second) co_return std::nullopt;
        co_return Claim{};
    }
    Awaitable<void> publish(Uuid printer, std::string, Claim, PrinterSnapshot snapshot) override {
        claimed_.erase(printer);
        if (other != nullptr) other->learn(printer, std::move(snapshot));
        co_return;
    }
    Awaitable<void> give_back(Uuid printer) override {
        claimed_.erase(printer);
        if (other != nullptr) other->hear_of_no_answer(printer);
        co_return;
    }
    Awaitable<bool> want(std::vector<Uuid> printers) override {
        ++wants;
        if (other != nullptr && is_reachable) other->hear_wanted(printers);
        co_return is_reachable;
    }
    void recall(std::vector<Uuid> printers) override {
        recalled.insert(recalled.end(), printers.begin(), printers.end());
    }
    void invalidate(const Uuid& printer) override {
        if (other != nullptr) other->outdate(printer);
    }
    void forget(const Uuid&) override {}

    PrinterMonitor* other = nullptr;
    int claims = 0;
    int wants = 0;
    bool is_reachable = true;
    std::vector<Uuid> recalled;

  private:
    std::set<Uuid>& claimed_;
};

PrinterMonitorOptions on_demand(std::chrono::milliseconds claim_lifetime = kNever) {
    PrinterMonitorOptions options = kPatient;
    options.checks = PrinterChecks::kOnDemand;
    options.claim_lifetime = claim_lifetime;
    return options;
}

class PrinterExchangeTest : public events::ServiceTest {
  public:
    PrinterExchangeTest() {
        first_exchange.other = &second;
        second_exchange.other = &first;
        const Printer printer{
            .id = id_of(kHost),
            .host = kHost,
            .name = kHost,
            .client = {.version = script.server.version, .connected = true, .access_level = AccessLevel::kUnlocked}};
        rows.insert(printer);
        first.watch(printer);
        second.watch(printer);
    }
    ~PrinterExchangeTest() override {
        run(first.stop());
        run(second.stop());
    }

    using Scenario = Awaitable<void> (*)(PrinterExchangeTest&);
    void play(Scenario scenario) { run(scenario(*this)); }

    storage::PrinterRepository rows{*database};
    ScriptedPrinterApi api{loop.executor()};
    ScriptedPrinterApi::Script& script = api.at(kHost);
    std::set<Uuid> claimed;
    LocalExchange first_exchange{claimed};
    LocalExchange second_exchange{claimed};
    PrinterMonitor first{loop.executor(), {api, rows, first_exchange, blocking, log, changes}, on_demand()};
    PrinterMonitor second{loop.executor(),
                          {api, rows, second_exchange, blocking, log, changes},
                          on_demand(std::chrono::milliseconds(20))};
};

using Self = PrinterExchangeTest;

Awaitable<void> read_into(PrinterMonitor& monitor, std::vector<PrinterSnapshot>& seen) {
    seen.push_back(co_await monitor.snapshot(id_of(kHost)));
}

TEST_F(PrinterExchangeTest, WhatOneSawTheOtherShowsWithoutAsking) {
    play([](Self& t) -> Awaitable<void> {
        const PrinterSnapshot seen = co_await t.first.snapshot(id_of(kHost));
        EXPECT_EQ(seen.status, t.script.status);
        EXPECT_EQ(co_await t.second.snapshot(id_of(kHost)), seen);
        EXPECT_EQ(t.script.statuses, 1);
    });
}

TEST_F(PrinterExchangeTest, BothAtTheSameTimeAreOneQuestion) {
    play([](Self& t) -> Awaitable<void> {
        t.api.hold(kHost);
        std::vector<PrinterSnapshot> seen;
        TaskGroup readers(t.loop.executor(), t.log, "readers");
        readers.spawn(read_into(t.first, seen));
        co_await until([&] { return t.script.waiting > 0; });
        readers.spawn(read_into(t.second, seen));
        co_await until([&] { return t.second_exchange.claims > 0; });
        t.api.release(kHost);
        co_await readers.join();
        EXPECT_EQ(seen.size(), 2U);
        EXPECT_EQ(seen.front(), seen.back());
        EXPECT_EQ(t.script.statuses, 1);
    });
}

TEST_F(PrinterExchangeTest, OneThatDiedWithItsClaimIsNotWaitedForForever) {
    play([](Self& t) -> Awaitable<void> {
        t.claimed.insert(id_of(kHost));
        std::vector<PrinterSnapshot> seen;
        TaskGroup readers(t.loop.executor(), t.log, "readers");
        readers.spawn(read_into(t.second, seen));
        co_await until([&] { return t.second_exchange.claims > 1; });
        EXPECT_EQ(t.script.statuses, 0);
        t.claimed.clear();
        co_await readers.join();
        EXPECT_EQ(seen.front().status, t.script.status);
    });
}

TEST_F(PrinterExchangeTest, ACommandByOneMakesTheOtherAskAnew) {
    play([](Self& t) -> Awaitable<void> {
        co_await t.first.snapshot(id_of(kHost));
        t.script.status = {.state = PrinterState::kPrinting, .text = "Printing"};
        t.first.invalidate(id_of(kHost));
        EXPECT_EQ((co_await t.second.snapshot(id_of(kHost))).status, t.script.status);
        EXPECT_EQ(t.script.statuses, 2);
    });
}

TEST_F(PrinterExchangeTest, OnDemandNothingIsAskedByItself) {
    play([](Self& t) -> Awaitable<void> {
        co_await t.first.snapshot(id_of(kHost));
        EXPECT_EQ(t.first_exchange.claims, 1);
        EXPECT_EQ(t.second_exchange.claims, 0);
    });
}

TEST_F(PrinterExchangeTest, GoingBackToWhatOneHasToldBeforeTheOtherIsTold) {
    play([](Self& t) -> Awaitable<void> {
        const auto state_told = [&] { return t.changes.of<events::PrinterSeen>().back().snapshot.status.state; };
        co_await t.first.snapshot(id_of(kHost));
        EXPECT_EQ(state_told(), PrinterState::kOperational);
        t.script.status = {.state = PrinterState::kPrinting, .text = "Printing"};
        t.first.outdate(id_of(kHost));
        t.second.outdate(id_of(kHost));
        co_await t.second.snapshot(id_of(kHost));
        EXPECT_EQ(state_told(), PrinterState::kPrinting);
        t.script.status = {.state = PrinterState::kOperational, .text = "Operational"};
        t.first.outdate(id_of(kHost));
        co_await t.first.snapshot(id_of(kHost));
        EXPECT_EQ(state_told(), PrinterState::kOperational);
        EXPECT_EQ(t.changes.of<events::PrinterSeen>().size(), 3U);
    });
}

TEST_F(PrinterExchangeTest, WhoAsksASlowPrinterHoldsItsClaim) {
    play([](Self& t) -> Awaitable<void> {
        t.api.hold(kHost);
        TaskGroup readers(t.loop.executor(), t.log, "readers");
        std::vector<PrinterSnapshot> seen;
        readers.spawn(read_into(t.second, seen));  // whose claims live for 20 ms
        co_await until([&] { return t.second_exchange.claims > 3; });
        EXPECT_EQ(t.claimed.count(id_of(kHost)), 1U);
        t.api.release(kHost);
        co_await readers.join();
        EXPECT_TRUE(t.claimed.empty());
    });
}

TEST_F(PrinterExchangeTest, WhoStopsWhileItAsksLeavesNoClaimBehind) {
    play([](Self& t) -> Awaitable<void> {
        t.api.hold(kHost);
        TaskGroup readers(t.loop.executor(), t.log, "readers");
        std::vector<PrinterSnapshot> seen;
        readers.spawn(read_into(t.first, seen));
        co_await until([&] { return t.claimed.contains(id_of(kHost)); });
        co_await t.first.stop();
        EXPECT_TRUE(t.claimed.empty());
        t.api.release(kHost);
        co_await readers.join();
    });
}

TEST_F(PrinterExchangeTest, AListAsksThoseWhoCheckThePrintersInOneMessage) {
    play([](Self& t) -> Awaitable<void> {
        PrinterMonitorOptions regular = kPatient;
        regular.status_age_max = std::chrono::milliseconds(0);
        PrinterMonitor worker(t.loop.executor(), {t.api, t.rows, t.second_exchange, t.blocking, t.log, t.changes},
                              regular);
        const Printer printer = t.rows.find(kHost).value();
        t.second_exchange.other = nullptr;
        worker.watch(printer);
        co_await until([&] { return t.changes.of<events::PrinterSeen>().size() == 1 && t.claimed.empty(); });
        t.first_exchange.other = &worker;
        t.second_exchange.other = &t.first;
        EXPECT_EQ(t.first.known({printer.id}).at(0).with_age(), PrinterSnapshot{});
        co_await until([&] { return t.first.known({printer.id}).at(0).snapshot->status == t.script.status; });
        EXPECT_EQ(t.first_exchange.claims, 0) << "it did not ask itself";
        EXPECT_EQ(t.first_exchange.wants, 1);
        co_await worker.stop();
        t.first_exchange.other = &t.second;
    });
}

TEST_F(PrinterExchangeTest, WhoCannotTellTheOthersAsksByItself) {
    play([](Self& t) -> Awaitable<void> {
        t.first_exchange.is_reachable = false;
        EXPECT_EQ(t.first.known({id_of(kHost)}).at(0).with_age(), PrinterSnapshot{});
        co_await until([&] { return t.first.known({id_of(kHost)}).at(0).snapshot->status == t.script.status; });
    });
}

TEST_F(PrinterExchangeTest, WhoBeginsToWatchRecallsWhatWasPublishedBefore) {
    play([](Self& t) -> Awaitable<void> {
        Printer added = t.rows.find(kHost).value();
        const Printer known = added;
        added.id = Uuid::random();
        added.host = "10.0.0.7";
        const auto all = [](const std::string&) { return true; };
        t.first.watch_exactly({known, added}, all);
        t.first.watch_exactly({known, added}, all);
        EXPECT_EQ(t.first_exchange.recalled, std::vector{added.id});
        t.first.learn(added.id, {.status = {.state = PrinterState::kPrinting, .text = "Printing"}}, kNever);
        const PrinterSnapshot seen = t.first.known({added.id}).at(0).with_age();
        EXPECT_EQ(seen.status.state, PrinterState::kPrinting);
        EXPECT_GE(seen.age, kNever);
        co_return;
    });
}

}  // namespace
}  // namespace karmen::fleet
