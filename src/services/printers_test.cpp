#include "services/printers.hpp"

#include "events/test_bench.hpp"
#include "fleet/test_printer_api.hpp"

#include <algorithm>

namespace karmen::services {
namespace {

constexpr const char* kHost = "10.0.0.1";
class PrintersTest : public events::ServiceTest {
  public:
    using Scenario = Awaitable<void> (*)(PrintersTest&);

    /// The monitor is stopped afterwards: until then it waits for its next check.
    void play(Scenario scenario) { run(run_then_stop(scenario(*this), monitor)); }

    Printer stored() { return rows.find(kHost).value(); }
    Uuid id() { return stored().id; }

    storage::PrinterRepository rows{*database};
    fleet::ScriptedPrinterApi api{loop.executor()};
    fleet::ScriptedPrinterApi::Script& script = api.at(kHost);
    fleet::NoOtherProcesses exchange;
    fleet::PrinterMonitor monitor{loop.executor(), {api, rows, exchange, blocking, log, changes}, fleet::kPatient};
    Printers printers{{rows, api, monitor, exchange, lists, blocking, changes}};
};

using Self = PrintersTest;

/// The list with copies of what it shares.
Awaitable<std::vector<PrinterView>> views_of(Printers& printers, PrinterFields fields) {
    const PrinterList list = co_await printers.known(fields);
    std::vector<PrinterView> views;
    for (const Printer& printer : *list.printers) views.push_back({.printer = printer, .fields = fields});
    for (std::size_t i = 0; i < list.known.size(); ++i) views.at(i).snapshot = list.known[i].with_age();
    co_return views;
}

TEST_F(PrintersTest, AddLooksAtThePrinterStoresItAndWatchesIt) {
    play([](Self& t) -> Awaitable<void> {
        const PrinterView view = co_await t.printers.add({.host = kHost, .name = "Prusa", .api_key = "0123456789"});
        EXPECT_TRUE(view.printer.client.connected);
        EXPECT_EQ(view.printer.client.access_level, AccessLevel::kUnlocked);
        EXPECT_EQ(view.printer.client.version, t.script.server.version);
        EXPECT_EQ(view.snapshot.status, t.script.status);
        EXPECT_EQ(view.snapshot.webcam, t.script.webcam);
        EXPECT_EQ(t.stored(), view.printer);
        EXPECT_EQ((co_await t.monitor.snapshot(t.id())).status, t.script.status);
    });
}

TEST_F(PrintersTest, OneThatDoesNotAnswerIsAddedAsNotConnected) {
    play([](Self& t) -> Awaitable<void> {
        t.script.server = {};
        const PrinterView view = co_await t.printers.add({.host = kHost, .name = "Prusa"});
        EXPECT_FALSE(view.printer.client.connected);
        EXPECT_EQ(view.snapshot.status, not_responding());
        EXPECT_FALSE(t.stored().client.connected);
    });
}

TEST_F(PrintersTest, AnEmptyApiKeyIsNone) {
    play([](Self& t) -> Awaitable<void> {
        co_await t.printers.add({.host = kHost, .name = "Prusa", .api_key = ""});
        EXPECT_EQ(t.stored().client.api_key, std::nullopt);
    });
}

TEST_F(PrintersTest, AHostThatIsThereIsAConflict) {
    play([](Self& t) -> Awaitable<void> {
        co_await t.printers.add({.host = kHost, .name = "Prusa"});
        EXPECT_EQ(co_await code_of(t.printers.add({.host = kHost, .name = "Other"})), ErrorCode::kConflict);
        EXPECT_EQ(t.stored().name, "Prusa");
    });
}

Awaitable<void> add_into(Printers& printers, std::string name, std::vector<std::optional<ErrorCode>>& codes) {
    codes.push_back(co_await code_of(printers.add({.host = kHost, .name = std::move(name)})));
}

TEST_F(PrintersTest, AnAddressHasManySpellings) {
    play([](Self& t) -> Awaitable<void> {
        co_await t.printers.add({.host = "HTTP://Farm.local:80/octoprint1/", .name = "One"});
        for (const char* spelling : {"farm.local/octoprint1", "FARM.LOCAL/octoprint1", "farm.local:80/octoprint1",
                                     "http://farm.local/octoprint1/", "farm.local/%6fctoprint1"}) {
            EXPECT_EQ((co_await t.printers.require(spelling)).host, "farm.local/octoprint1") << spelling;
            EXPECT_EQ(co_await code_of(t.printers.add({.host = spelling, .name = "Two"})), ErrorCode::kConflict);
        }
        for (const char* other : {"farm.local", "farm.local/octoprint2", "farm.local/Octoprint1",
                                  "farm.local:443/octoprint1", "https://farm.local/octoprint1"})
            EXPECT_EQ(co_await code_of(t.printers.require(other)), ErrorCode::kPrinterNotFound) << other;
        co_await t.printers.add({.host = "farm.local/octoprint2", .name = "Two"});
        co_await t.printers.add({.host = "[2001:DB8::0:1]:443", .name = "Six", .protocol = Protocol::kHttps});
        EXPECT_EQ((co_await t.printers.require("[2001:db8::1]")).host, "[2001:db8::1]");
    });
}

TEST_F(PrintersTest, AnotherProtocolLeavesTheAddressAsItIs) {
    play([](Self& t) -> Awaitable<void> {
        co_await t.printers.add({.host = "farm.local:443", .name = "One"});
        const PrinterView changed = co_await t.printers.change("farm.local:443", {.protocol = Protocol::kHttps});
        EXPECT_EQ(changed.printer.host, "farm.local:443");
        EXPECT_EQ((co_await t.printers.require("https://farm.local")).host, "farm.local:443");
        EXPECT_EQ(co_await code_of(t.printers.add({.host = "farm.local", .name = "Two", .protocol = Protocol::kHttps})),
                  ErrorCode::kConflict);
    });
}

TEST_F(PrintersTest, AnOldAddressThatWouldBeRefusedNowStays) {
    for (const char* host : {"999.1.1.1", "10.0.0.9:", "10.0.0.9:80"}) rows.insert({.host = host, .name = "Old"});
    play([](Self& t) -> Awaitable<void> {
        for (const char* host : {"999.1.1.1", "10.0.0.9:", "10.0.0.9:80"}) {
            EXPECT_EQ((co_await t.printers.require(host)).host, host);
            EXPECT_EQ((co_await t.printers.change(host, {.name = "New"})).printer.host, host);
        }
        EXPECT_EQ((co_await t.printers.require("10.0.0.9")).host, "10.0.0.9:80");
        EXPECT_EQ(co_await code_of(t.printers.add({.host = "10.0.0.9", .name = "Same"})), ErrorCode::kConflict);
        co_await t.printers.remove("999.1.1.1");
    });
}

TEST_F(PrintersTest, OfTwoWhoAddTheSameAtTheSameTimeOneHearsOfAConflict) {
    play([](Self& t) -> Awaitable<void> {
        TaskGroup callers(t.loop.executor(), t.log, "callers");
        std::vector<std::optional<ErrorCode>> codes;
        t.api.hold(kHost);
        callers.spawn(add_into(t.printers, "one", codes));
        callers.spawn(add_into(t.printers, "two", codes));
        co_await until([&t] { return t.script.sniffs == 2; });
        t.api.release(kHost);
        co_await callers.join();
        EXPECT_EQ(std::ranges::count(codes, std::optional<ErrorCode>()), 1);
        EXPECT_EQ(std::ranges::count(codes, std::optional(ErrorCode::kConflict)), 1);
    });
    EXPECT_EQ(rows.all().size(), 1U);
}

TEST_F(PrintersTest, StartWatchesWhatIsStored) {
    rows.insert({.host = kHost, .name = "Prusa", .client = {.access_level = AccessLevel::kUnknown}});
    play([](Self& t) -> Awaitable<void> {
        EXPECT_EQ((co_await t.monitor.snapshot(t.id())).status, not_responding());
        co_await t.printers.start();
        EXPECT_EQ((co_await t.monitor.snapshot(t.id())).status, t.script.status);
        co_await until([&t] { return t.stored().client.connected; });
    });
}

TEST_F(PrintersTest, APageIsByNameAndShowsWhatIsKnown) {
    play([](Self& t) -> Awaitable<void> {
        co_await t.printers.add({.host = "10.0.0.3", .name = "C"});
        co_await t.printers.add({.host = "10.0.0.2", .name = "B"});
        // Another process adds one.
        t.rows.insert({.host = kHost, .name = "A"});
        const auto stored = co_await t.printers.page({.limit = 2}, {});
        EXPECT_EQ(stored.rows.at(0).printer.name, "A");
        EXPECT_EQ(stored.rows.at(1).printer.name, "B");
        EXPECT_EQ(stored.rows.at(1).snapshot.status, not_responding()) << "nobody asked for it";
        EXPECT_FALSE(t.monitor.is_watched(t.id()));
        const auto live = co_await t.printers.page({.limit = 2}, {.status = true});
        EXPECT_TRUE(t.monitor.is_watched(t.id()));
        EXPECT_EQ(live.rows.at(1).snapshot.status, t.script.status);
        EXPECT_TRUE(live.rows.at(1).fields.status);
        const auto last = co_await t.printers.page({.limit = 2, .start_with = live.next}, {.status = true});
        EXPECT_EQ(last.rows.at(0).printer.name, "C");
        EXPECT_EQ(last.rows.size(), 1U);
        EXPECT_FALSE(last.next);
    });
}

TEST_F(PrintersTest, ListsByNameAndAsksOnlyForWhatIsWanted) {
    play([](Self& t) -> Awaitable<void> {
        co_await t.printers.add({.host = "10.0.0.3", .name = "B"});
        co_await t.printers.add({.host = "10.0.0.2", .name = "C"});
        co_await t.printers.add({.host = kHost, .name = "A"});
        t.monitor.invalidate(t.id());
        t.api.hold(kHost);
        const auto stored = co_await views_of(t.printers, {});
        EXPECT_EQ(stored.size(), 3U) << "a printer that hangs delays nobody who does not ask for its state";
        EXPECT_EQ(stored.at(0).printer.name, "A");
        EXPECT_EQ(stored.at(2).printer.name, "C");
        EXPECT_EQ(stored.at(0).snapshot.status, not_responding());
        const auto live = co_await views_of(t.printers, {.status = true});
        t.api.release(kHost);
        EXPECT_EQ(live.at(0).snapshot.status, t.script.status) << "what is known, without waiting";
        EXPECT_TRUE(live.at(0).fields.status);
        EXPECT_FALSE(live.at(0).fields.job);
    });
}

TEST_F(PrintersTest, FindsOneOrSaysThatItIsNotThere) {
    play([](Self& t) -> Awaitable<void> {
        co_await t.printers.add({.host = kHost, .name = "Prusa"});
        EXPECT_EQ((co_await t.printers.find(kHost, {})).printer.name, "Prusa");
        EXPECT_EQ((co_await t.printers.find(kHost, {.status = true})).snapshot.status, t.script.status);
        EXPECT_EQ(co_await code_of(t.printers.find("10.0.0.9", {})), ErrorCode::kPrinterNotFound);
        EXPECT_EQ(co_await code_of(t.printers.require("10.0.0.9")), ErrorCode::kPrinterNotFound);
        EXPECT_EQ(co_await code_of(t.printers.remove("10.0.0.9")), ErrorCode::kPrinterNotFound);
        EXPECT_EQ(co_await code_of(t.printers.change("10.0.0.9", {.name = "new"})), ErrorCode::kPrinterNotFound);
        EXPECT_EQ(co_await code_of(t.printers.change("10.0.0.9", {.api_key = "new"})), ErrorCode::kPrinterNotFound);
    });
}

TEST_F(PrintersTest, AChangeOfNothingIsThePrinterAsItIs) {
    play([](Self& t) -> Awaitable<void> {
        co_await t.printers.add({.host = kHost, .name = "Prusa"});
        const int looks = t.script.sniffs;
        EXPECT_EQ((co_await t.printers.change(kHost, {})).printer, t.stored());
        EXPECT_EQ(t.script.sniffs, looks);
        EXPECT_EQ(co_await code_of(t.printers.change("10.0.0.9", {})), ErrorCode::kPrinterNotFound);
    });
}

TEST_F(PrintersTest, AChangeOfTheNameDoesNotLookAtThePrinter) {
    play([](Self& t) -> Awaitable<void> {
        co_await t.printers.add({.host = kHost, .name = "Prusa", .api_key = "0123456789"});
        const int looks = t.script.sniffs;
        EXPECT_EQ((co_await t.printers.change(kHost, {.name = "by the window"})).printer.name, "by the window");
        EXPECT_EQ(t.script.sniffs, looks);
        EXPECT_EQ(t.stored().name, "by the window");
        EXPECT_EQ(t.stored().client.api_key, "0123456789");
    });
}

TEST_F(PrintersTest, PropsAreMergedIntoThoseThatAreThere) {
    play([](Self& t) -> Awaitable<void> {
        co_await t.printers.add({.host = kHost, .name = "Prusa"});
        co_await t.printers.change(kHost, {.props = {{"bed_type", "glass"}, {"filament_type", "PLA"}}});
        co_await t.printers.change(kHost, {.props = {{"filament_type", "PETG"}}});
        const PrinterProps expected{{"bed_type", "glass"}, {"filament_type", "PETG"}};
        EXPECT_EQ(t.stored().props, expected);
    });
}

TEST_F(PrintersTest, ANewKeyIsTriedAtOnceAndUsedFromThenOn) {
    play([](Self& t) -> Awaitable<void> {
        t.script.right_api_key = "right key";
        EXPECT_EQ((co_await t.printers.add({.host = kHost, .name = "Prusa", .api_key = "wrong key"}))
                      .printer.client.access_level,
                  AccessLevel::kProtected);
        const PrinterView view = co_await t.printers.change(kHost, {.api_key = "right key"});
        EXPECT_EQ(view.printer.client.access_level, AccessLevel::kUnlocked);
        EXPECT_EQ(view.snapshot.status, t.script.status);
        EXPECT_EQ(t.stored().client.api_key, "right key");
        EXPECT_EQ(t.stored().client.access_level, AccessLevel::kUnlocked);
        co_await t.printers.change(kHost, {.api_key = ""});
        EXPECT_EQ(t.stored().client.api_key, std::nullopt);
        EXPECT_EQ(t.stored().client.access_level, AccessLevel::kProtected);
    });
}

TEST_F(PrintersTest, WhatIsRemovedIsNotWatchedAnyMore) {
    play([](Self& t) -> Awaitable<void> {
        const Uuid id = (co_await t.printers.add({.host = kHost, .name = "Prusa"})).printer.id;
        co_await t.printers.remove(kHost);
        EXPECT_EQ(t.changes.of<events::PrinterRemoved>().at(0).host, kHost);
        EXPECT_TRUE((co_await views_of(t.printers, PrinterFields::all())).empty());
        EXPECT_EQ((co_await t.monitor.snapshot(id)).status, not_responding());
        EXPECT_EQ(co_await code_of(t.printers.add({.host = kHost, .name = "again"})), std::nullopt);
        EXPECT_EQ((co_await t.monitor.snapshot(t.id())).status, t.script.status);
    });
}

TEST_F(PrintersTest, ReadsTheRowsOnlyIfSomethingWasCommittedSince) {
    play([](Self& t) -> Awaitable<void> {
        std::optional<std::int64_t> commit = 1;
        Printers printers{
            {t.rows, t.api, t.monitor, t.exchange, t.lists, t.blocking, t.changes, [&commit] { return commit; }}};
        const auto count = [&](PrinterFields fields) -> Awaitable<std::size_t> {
            co_return (co_await printers.known(fields)).printers->size();
        };
        EXPECT_EQ(co_await count({}), 0U);
        t.rows.insert({.host = kHost});
        EXPECT_EQ(co_await count({}), 0U) << "nothing was committed, the database says";
        commit = 2;
        EXPECT_EQ(co_await count({}), 1U);
        const auto rows = (co_await printers.known({})).printers;
        commit = 3;
        EXPECT_EQ((co_await printers.known({})).printers, rows) << "they say the same";
        t.rows.remove(kHost);
        commit.reset();
        EXPECT_EQ(co_await count(PrinterFields::all()), 0U) << "the database cannot tell";
    });
}

TEST_F(PrintersTest, TheNextListShowsWhatAnotherProcessHasWritten) {
    play([](Self& t) -> Awaitable<void> {
        Printers printers{
            {t.rows, t.api, t.monitor, t.exchange, t.lists, t.blocking, t.changes, (*t.database).commit_number()}};
        const auto other = t.database.connect();
        storage::PrinterRepository rows_of_other(*other);
        EXPECT_TRUE((co_await views_of(printers, {})).empty());
        rows_of_other.insert({.id = fleet::id_of(kHost), .host = kHost});
        EXPECT_EQ((co_await views_of(printers, {})).size(), 1U);
        EXPECT_EQ((co_await t.monitor.snapshot(fleet::id_of(kHost))).status.state, PrinterState::kNotResponding);
        EXPECT_EQ((co_await views_of(printers, PrinterFields::all())).size(), 1U);
        EXPECT_EQ((co_await t.monitor.snapshot(fleet::id_of(kHost))).status, t.script.status) << "it is watched";
        rows_of_other.modify(kHost, [](Printer& printer) { printer.name = "another"; });
        EXPECT_EQ((co_await views_of(printers, {})).at(0).printer.name, "another");
        rows_of_other.remove(kHost);
        EXPECT_TRUE((co_await views_of(printers, PrinterFields::all())).empty());
        EXPECT_EQ((co_await t.monitor.snapshot(fleet::id_of(kHost))).status.state, PrinterState::kNotResponding);
    });
}

}  // namespace
}  // namespace karmen::services
