#include "fleet/printer_monitor.hpp"

#include "events/test_bench.hpp"
#include "fleet/test_printer_api.hpp"

#include <algorithm>

namespace karmen::fleet {
namespace {

using namespace std::chrono_literals;

constexpr const char* kHost = "10.0.0.1";
constexpr const char* kOtherHost = "10.0.0.2";

PrinterMonitorOptions with_deadline(std::chrono::milliseconds deadline) {
    PrinterMonitorOptions options = kPatient;
    options.deadline = deadline;
    return options;
}

class PrinterMonitorTest : public events::ServiceTest {
  public:
    using Scenario = Awaitable<void> (*)(PrinterMonitorTest&, PrinterMonitor&);

    void play(const PrinterMonitorOptions& options, Scenario scenario) {
        PrinterMonitor monitor(loop.executor(), {api, printers, exchange, blocking, log, changes}, options);
        run(run_then_stop(scenario(*this, monitor), monitor));
    }

    /// Stored as it comes from a first look, and watched.
    Printer add(PrinterMonitor& monitor, const std::string& host = kHost) {
        const Printer printer{
            .id = id_of(host),
            .host = host,
            .name = host,
            .client = {.version = script.server.version, .connected = true, .access_level = AccessLevel::kUnlocked}};
        printers.insert(printer);
        monitor.watch(printer);
        return printer;
    }

    PrinterClient stored(const std::string& host = kHost) { return printers.find(host).value().client; }

    storage::PrinterRepository printers{*database};
    NoOtherProcesses exchange;
    ScriptedPrinterApi api{loop.executor()};
    ScriptedPrinterApi::Script& script = api.at(kHost);
    ScriptedPrinterApi::Script& other = api.at(kOtherHost);
};

using Self = PrinterMonitorTest;

Awaitable<void> until_seen(PrinterMonitor& monitor, const char* host, PrinterStatus status,
                           std::source_location where = std::source_location::current()) {
    for (const TestDeadline deadline(where); (co_await monitor.snapshot(id_of(host))).status != status;)
        co_await wait_a_little(deadline);
}

Awaitable<void> read_into(PrinterMonitor& monitor, std::string host, std::vector<PrinterSnapshot>& seen) {
    seen.push_back(co_await monitor.snapshot(id_of(host)));
}

bool is_told(const events::ChangeRecorder& changes, PrinterState state) {
    return std::ranges::any_of(changes.of<events::PrinterSeen>(), [state](const events::PrinterSeen& seen) {
        return seen.printer.host == kHost && seen.snapshot.status.state == state;
    });
}

TEST_F(PrinterMonitorTest, ShowsWhatThePrinterSays) {
    play(kPatient, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.script.status = {
            .state = PrinterState::kPrinting, .text = "Printing", .temperature = {{"bed", {.actual = 60}}}};
        t.script.job = PrinterJob{.name = "cube.gcode", .completion = 50};
        t.add(monitor);
        const PrinterSnapshot seen = co_await monitor.snapshot(id_of(kHost));
        EXPECT_EQ(seen.status, t.script.status);
        EXPECT_EQ(seen.job, t.script.job);
        EXPECT_EQ(seen.webcam, t.script.webcam);
    });
}

TEST_F(PrinterMonitorTest, APrinterThatNobodyWatchesIsNotResponding) {
    play(kPatient, [](Self&, PrinterMonitor& monitor) -> Awaitable<void> {
        EXPECT_EQ((co_await monitor.snapshot(id_of("10.0.0.9"))).status, not_responding());
        EXPECT_EQ(monitor.known({id_of("10.0.0.9")}).at(0).snapshot->status, not_responding());
        EXPECT_TRUE(monitor.known({}).empty());
    });
}

TEST_F(PrinterMonitorTest, ManyReadersAtTheSameTimeAreOneQuestion) {
    play(kPatient, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.api.hold(kHost);
        t.add(monitor);
        TaskGroup readers(t.loop.executor(), t.log, "readers");
        std::vector<PrinterSnapshot> seen;
        for (int i = 0; i < 20; ++i) readers.spawn(read_into(monitor, kHost, seen));
        co_await until([&t] { return t.script.waiting > 0; });
        t.api.release(kHost);
        co_await readers.join();
        EXPECT_EQ(seen.size(), 20U);
        for (const PrinterSnapshot& snapshot : seen) EXPECT_EQ(snapshot.status, t.script.status);
        co_await monitor.snapshot(id_of(kHost));
        EXPECT_EQ(t.script.statuses, 1) << "the answer is recent, whoever asks next";
        EXPECT_EQ(t.script.jobs, 1);
        EXPECT_EQ(t.script.webcams, 1);
    });
}

TEST_F(PrinterMonitorTest, WhatIsTooOldIsAskedForAnew) {
    PrinterMonitorOptions options = kPatient;
    options.status_age_max = 0ms;
    play(options, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.add(monitor);
        co_await monitor.snapshot(id_of(kHost));
        const int before = t.script.statuses;
        t.script.status.text = "changed";
        EXPECT_EQ((co_await monitor.snapshot(id_of(kHost))).status.text, "changed");
        EXPECT_EQ(t.script.statuses, before + 1);
        EXPECT_EQ(t.script.webcams, 1) << "settings change seldom";
    });
}

TEST_F(PrinterMonitorTest, AListNeverWaits) {
    PrinterMonitorOptions options = kPatient;
    options.status_age_max = 0ms;
    play(options, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.api.hold(kHost);
        t.add(monitor);
        const auto before = monitor.known({id_of(kHost)});
        EXPECT_EQ(before.at(0).with_age(), PrinterSnapshot{}) << "it was not asked yet, and says so";
        t.api.release(kHost);
        co_await until_seen(monitor, kHost, t.script.status);
        t.api.hold(kHost);
        const auto after = monitor.known({id_of(kHost)});
        EXPECT_EQ(after.at(0).snapshot->status, t.script.status) << "what is known, whatever its age";
        EXPECT_TRUE(after.at(0).age.has_value());
        t.api.release(kHost);
    });
}

TEST_F(PrinterMonitorTest, AListShowsThatAPrinterHangs) {
    PrinterMonitorOptions options = with_deadline(1ms);
    options.status_age_max = 0ms;
    play(options, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.add(monitor);
        co_await until_seen(monitor, kHost, t.script.status);
        t.api.hold(kHost);
        co_await until(
            [&] { return monitor.known({id_of(kHost)}).at(0).snapshot->status.state == PrinterState::kTimeout; });
        t.api.release(kHost);
        co_await until([&] { return monitor.known({id_of(kHost)}).at(0).snapshot->status == t.script.status; });
    });
}

TEST_F(PrinterMonitorTest, AListMakesWhatIsTooOldDueAtOnce) {
    PrinterMonitorOptions options = kPatient;
    options.status_age_max = 0ms;
    play(options, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.add(monitor);
        co_await until_seen(monitor, kHost, t.script.status);
        t.script.status = {.state = PrinterState::kPrinting, .text = "Printing"};
        monitor.known({id_of(kHost)});
        co_await until([&t] { return is_told(t.changes, PrinterState::kPrinting); });
    });
}

TEST_F(PrinterMonitorTest, AListLeavesWhatIsRecentInPeace) {
    play(kPatient, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.add(monitor);
        t.add(monitor, kOtherHost);
        co_await monitor.snapshot(id_of(kHost));
        co_await monitor.snapshot(id_of(kOtherHost));
        monitor.outdate(id_of(kOtherHost));
        const int asked = t.script.statuses;
        for (int i = 0; i < 3; ++i) monitor.known({id_of(kHost), id_of(kOtherHost)});
        co_await until([&t] { return t.other.statuses > 1; });
        EXPECT_EQ(t.script.statuses, asked);
    });
}

TEST_F(PrinterMonitorTest, SoManyAreAskedAtOnceAndNoMoreButForThoseWhoWait) {
    PrinterMonitorOptions options = kPatient;
    options.checks_max = 2;
    play(options, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        const std::vector<std::string> hosts{"10.0.1.1", "10.0.1.2", "10.0.1.3", "10.0.1.4"};
        for (const std::string& host : hosts) {
            t.api.hold(host);
            t.add(monitor, host);
        }
        const auto asked = [&t, &hosts] {
            return std::ranges::count_if(hosts, [&t](const std::string& host) { return t.api.at(host).waiting > 0; });
        };
        co_await until([&asked] { return asked() == 2; });
        TaskGroup readers(t.loop.executor(), t.log, "readers");
        std::vector<PrinterSnapshot> seen;
        readers.spawn(read_into(monitor, hosts.back(), seen));
        co_await until([&] { return t.api.at(hosts.back()).waiting > 0; });
        EXPECT_EQ(asked(), 3);
        EXPECT_EQ(t.api.at(hosts.at(2)).waiting, 0);
        for (const std::string& host : hosts) t.api.release(host);
        co_await readers.join();
        co_await until([&] { return t.api.at(hosts.at(2)).statuses > 0; });
    });
}

TEST_F(PrinterMonitorTest, AsksForTheWebcamAtFirstHoweverOldItMayBe) {
    PrinterMonitorOptions options = kPatient;
    options.webcam_age_max = 24h * 36500;  // longer than this machine has been up, as 30 s are right after its start
    play(options, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.add(monitor);
        EXPECT_EQ((co_await monitor.snapshot(id_of(kHost))).webcam, t.script.webcam);
    });
}

TEST_F(PrinterMonitorTest, APrinterThatHangsDoesNotDelayAnother) {
    play(kPatient, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.api.hold(kHost);
        t.add(monitor, kHost);
        t.add(monitor, kOtherHost);
        co_await until([&t] { return t.script.waiting > 0; });
        EXPECT_EQ((co_await monitor.snapshot(id_of(kOtherHost))).status, t.other.status);
    });
}

TEST_F(PrinterMonitorTest, APrinterThatHangsIsNotRespondingAtTheDeadline) {
    play(with_deadline(1ms), [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.add(monitor, kOtherHost);
        co_await until_seen(monitor, kOtherHost, t.other.status);
        t.api.hold(kHost);
        t.add(monitor, kHost);
        EXPECT_EQ((co_await monitor.snapshot(id_of(kHost))).status.state, PrinterState::kTimeout);
        EXPECT_EQ((co_await monitor.snapshot(id_of(kOtherHost))).status, t.other.status);
    });
}

TEST_F(PrinterMonitorTest, WhatAPrinterSaidBeforeItHungIsNotShownAfterTheDeadline) {
    PrinterMonitorOptions options = kPatient;
    options.status_age_max = 0ms;
    options.deadline = 5ms;
    play(options, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.add(monitor);
        co_await until_seen(monitor, kHost, t.script.status);
        t.api.hold(kHost);
        EXPECT_EQ((co_await monitor.snapshot(id_of(kHost))).status.state, PrinterState::kTimeout);
        t.api.release(kHost);
    });
}

TEST_F(PrinterMonitorTest, AnAnswerThatComesTooLateServesTheNextReader) {
    play(with_deadline(1ms), [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.api.hold(kHost);
        t.add(monitor);
        EXPECT_EQ((co_await monitor.snapshot(id_of(kHost))).status.state, PrinterState::kTimeout);
        t.api.release(kHost);
        co_await until_seen(monitor, kHost, t.script.status);
        EXPECT_EQ(t.script.statuses, 1);
    });
}

TEST_F(PrinterMonitorTest, AReaderWhoLeavesDoesNotEndTheQuestionOfTheOthers) {
    play(kPatient, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.api.hold(kHost);
        t.add(monitor);
        TaskGroup leaver(t.loop.executor(), t.log, "leaver");
        std::vector<PrinterSnapshot> seen;
        leaver.spawn(read_into(monitor, kHost, seen));
        co_await until([&t] { return t.script.waiting > 0; });
        leaver.cancel();
        co_await leaver.join();
        EXPECT_TRUE(seen.empty());
        EXPECT_GT(t.script.waiting, 0);
        t.api.release(kHost);
        EXPECT_EQ((co_await monitor.snapshot(id_of(kHost))).status, t.script.status);
        EXPECT_EQ(t.script.statuses, 1);
    });
}

TEST_F(PrinterMonitorTest, OneThatAnswersAgainIsCheckedInItsUsualPaceAgain) {
    PrinterMonitorOptions options = kPatient;
    options.check_interval_active = 1ms;
    options.status_age_max = 0ms;
    play(options, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        const printers::SniffedServer server = std::exchange(t.script.server, {});
        t.script.status = not_responding();
        t.add(monitor);
        for (int i = 0; i < 3; ++i) EXPECT_EQ((co_await monitor.snapshot(id_of(kHost))).status, not_responding());
        t.script.server = server;
        t.script.status = {.state = PrinterState::kPrinting, .text = "Printing"};
        const int before = t.script.statuses;
        monitor.invalidate(id_of(kHost));
        // Would a failure still count, the second check would be a day away.
        co_await until([&t, before] { return t.script.statuses > before + 10; });
    });
}

TEST_F(PrinterMonitorTest, APrinterIsAskedOftenAfterACommandUntilItSettles) {
    PrinterMonitorOptions options = kPatient;
    options.settle_interval = 1ms;
    play(options, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.script.status = t.other.status = not_connected();
        t.add(monitor);
        t.add(monitor, kOtherHost);
        co_await monitor.snapshot(id_of(kHost));
        co_await monitor.snapshot(id_of(kOtherHost));
        monitor.invalidate(id_of(kHost));
        monitor.invalidate(id_of(kOtherHost));
        co_await until([&t] { return t.script.statuses > 5; });  // it has not moved yet
        t.script.status = {.state = PrinterState::kConnecting, .text = "Connecting"};
        const int before = t.script.statuses;
        co_await until([&t, before] { return t.script.statuses > before + 5; });
        t.script.status = {.state = PrinterState::kOperational, .text = "Operational"};
        co_await until([&t] { return is_told(t.changes, PrinterState::kOperational); });
        const int settled = t.script.statuses;
        const int others = t.other.statuses;
        co_await until([&t, others] { return t.other.statuses > others + 10; });
        EXPECT_EQ(t.script.statuses, settled) << "the other one has not settled, this one has";
    });
}

TEST_F(PrinterMonitorTest, SinceIsWhenTheStateBegan) {
    PrinterMonitorOptions options = kPatient;
    options.status_age_max = 0ms;
    play(options, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.add(monitor);
        const PrinterSnapshot first = co_await monitor.snapshot(id_of(kHost));
        EXPECT_TRUE(first.since);
        EXPECT_TRUE(first.age);
        t.script.status.text = "changed";
        EXPECT_EQ((co_await monitor.snapshot(id_of(kHost))).since, first.since);
        co_await sleep_for(1ms);  // the clock's step
        t.script.status = {.state = PrinterState::kError, .text = "Error", .reason = "Thermal Runaway"};
        const PrinterSnapshot failed = co_await monitor.snapshot(id_of(kHost));
        EXPECT_GT(failed.since, first.since);
        EXPECT_EQ(failed.status.reason, "Thermal Runaway");
    });
}

TEST_F(PrinterMonitorTest, OneThatFailsIsTriedAgainByItself) {
    PrinterMonitorOptions options = kPatient;
    options.check_interval = 1ms;
    options.backoff_max = 1ms;
    options.status_age_max = 0ms;
    play(options, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        const printers::SniffedServer server = std::exchange(t.script.server, {});
        t.script.status = not_responding();
        t.add(monitor);
        co_await until([&t] { return t.script.sniffs > 10 && !t.stored().connected; });
        t.script.server = server;
        t.script.status = {.state = PrinterState::kOperational, .text = "Operational"};
        co_await until([&t] { return t.stored().connected; });
    });
}

TEST_F(PrinterMonitorTest, StoresOnlyWhatChanged) {
    play(kPatient, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        Printer printer = t.add(monitor);
        co_await monitor.snapshot(id_of(kHost));
        // A mark in the row, which the monitor does not know of: as long as it is there, nothing was written.
        printer.client.version.text = "mark";
        t.printers.modify(printer.host, [&](Printer& stored) { stored = printer; });
        for (int i = 0; i < 3; ++i) {
            monitor.invalidate(id_of(kHost));
            t.script.status.text += "!";
            EXPECT_EQ((co_await monitor.snapshot(id_of(kHost))).status.text, t.script.status.text);
        }
        co_await offload(t.blocking, [] {});
        EXPECT_EQ(t.stored().version.text, "mark");

        t.script.server = {};
        t.script.status = not_responding();
        monitor.invalidate(id_of(kHost));
        co_await until([&t] { return !t.stored().connected; });
        EXPECT_EQ(t.stored().version.text, "OctoPrint 1.9.3") << "and what it keeps is what it saw";
    });
}

TEST_F(PrinterMonitorTest, WhatCannotBeStoredIsStoredAfterTheNextCheck) {
    play(kPatient, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.script.server = {};
        t.script.status = not_responding();
        {
            PoolHold hold(t.blocking);
            hold.fill();
            t.add(monitor);
            EXPECT_EQ((co_await monitor.snapshot(id_of(kHost))).status, not_responding());
            EXPECT_TRUE(t.stored().connected);
        }
        for (const TestDeadline deadline; t.stored().connected;) {  // the pool may still be full for a moment
            monitor.invalidate(id_of(kHost));
            co_await monitor.snapshot(id_of(kHost));
            co_await wait_a_little(deadline);
        }
    });
}

/// What Printers does when somebody enters a key, once it has found that the printer accepts it.
Printer enter_api_key(PrinterMonitorTest& t, PrinterMonitor& monitor, const std::string& key) {
    const auto changed = t.printers.modify(kHost, [&](Printer& printer) {
        printer.client.api_key = key;
        printer.client.access_level = AccessLevel::kUnlocked;
    });
    monitor.watch(changed.value());
    return changed.value();
}

TEST_F(PrinterMonitorTest, WhatWasAskedWithAnOldKeyIsNeitherShownNorStored) {
    play(kPatient, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.script.right_api_key = "right key";
        t.api.hold(kHost);
        t.add(monitor);
        co_await until([&t] { return t.script.waiting > 0; });
        enter_api_key(t, monitor, "right key");
        TaskGroup readers(t.loop.executor(), t.log, "readers");
        std::vector<PrinterSnapshot> seen;
        readers.spawn(read_into(monitor, kHost, seen));

        t.api.release_who_waits(kHost);  // status, job and webcam with the old key
        co_await until([&t] { return t.script.sniffs > 0; });
        t.api.release_who_waits(kHost);  // the look at what does not answer
        co_await until([&t] { return t.script.statuses > 1; });
        co_await offload(t.blocking, [] {});
        EXPECT_EQ(t.stored().access_level, AccessLevel::kUnlocked);
        EXPECT_TRUE(seen.empty()) << "the printer is asked again before anybody gets an answer";

        t.api.release(kHost);
        co_await readers.join();
        EXPECT_EQ(seen.at(0).status, t.script.status);
        EXPECT_EQ(t.stored().access_level, AccessLevel::kUnlocked);
    });
}

TEST_F(PrinterMonitorTest, AKeyThatIsEnteredWhileTheMonitorStoresIsKept) {
    play(kPatient, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.script.right_api_key = "right key";
        {
            const PoolHold hold(t.blocking);
            t.add(monitor);
            co_await until([&t] { return t.script.sniffs > 0 && t.blocking.unfinished() > 1; });
            enter_api_key(t, monitor, "right key");
        }
        EXPECT_EQ((co_await monitor.snapshot(id_of(kHost))).status, t.script.status);
        EXPECT_EQ(t.stored().access_level, AccessLevel::kUnlocked);
        monitor.invalidate(id_of(kHost));
        EXPECT_EQ((co_await monitor.snapshot(id_of(kHost))).status, t.script.status)
            << "the new key is used from now on";
    });
}

TEST_F(PrinterMonitorTest, AnAnswerFromBeforeACommandIsNotShownAfterIt) {
    play(kPatient, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.api.hold(kHost);
        t.add(monitor);
        co_await until([&t] { return t.script.waiting > 0; });
        TaskGroup readers(t.loop.executor(), t.log, "readers");
        std::vector<PrinterSnapshot> seen;
        monitor.invalidate(id_of(kHost));
        readers.spawn(read_into(monitor, kHost, seen));
        t.api.release_who_waits(kHost);
        co_await until([&t] { return t.script.statuses > 1; });
        t.script.status = {.state = PrinterState::kPrinting, .text = "Printing"};
        t.api.release(kHost);
        co_await readers.join();
        EXPECT_EQ(seen.at(0).status.state, PrinterState::kPrinting);
    });
}

TEST_F(PrinterMonitorTest, WhatItDoesNotLearnStaysAsItIs) {
    play(kPatient, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.api.hold(kHost);
        t.add(monitor);
        co_await until([&t] { return t.script.waiting > 0; });
        t.printers.modify(kHost, [](Printer& printer) {
            printer.name = "by the window";
            printer.hostname = "octopi.local";
        });
        t.script.server = {};
        t.script.status = not_responding();
        t.api.release(kHost);
        co_await until([&t] { return !t.stored().connected; });
        const Printer printer = t.printers.find(kHost).value();
        EXPECT_EQ(printer.name, "by the window");
        EXPECT_EQ(printer.hostname, "octopi.local");
    });
}

TEST_F(PrinterMonitorTest, APrinterThatIsForgottenDuringItsCheckIsNotStoredAnyMore) {
    play(kPatient, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.api.hold(kHost);
        t.add(monitor);
        co_await until([&t] { return t.script.waiting > 0; });
        monitor.forget(id_of(kHost));
        EXPECT_EQ((co_await monitor.snapshot(id_of(kHost))).status, not_responding());
        t.script.server = {};
        t.script.status = not_responding();
        t.api.release(kHost);
        co_await until([&t] { return t.script.sniffs == 1; });
        co_await offload(t.blocking, [] {});
        EXPECT_TRUE(t.stored().connected);
        monitor.forget(id_of(kHost));
    });
}

TEST_F(PrinterMonitorTest, StopEndsWithChecksThatHang) {
    play(kPatient, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.api.hold(kHost);
        t.api.hold(kOtherHost);
        t.add(monitor, kHost);
        t.add(monitor, kOtherHost);
        co_await until([&t] { return t.script.waiting > 0 && t.other.waiting > 0; });
        co_await monitor.stop();
        EXPECT_EQ(t.script.waiting + t.other.waiting, 0);
    });
}

TEST_F(PrinterMonitorTest, AReaderWhoComesAfterTheEndGetsAnAnswer) {
    play(kPatient, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.api.hold(kHost);
        t.add(monitor);
        co_await monitor.stop();
        EXPECT_EQ((co_await monitor.snapshot(id_of(kHost))).status, not_responding());
    });
}

/// As it is told: how old it is only counts for who reads it.
Awaitable<PrinterSnapshot> told_snapshot(PrinterMonitor& monitor) {
    PrinterSnapshot snapshot = co_await monitor.snapshot(id_of(kHost));
    snapshot.age.reset();
    co_return snapshot;
}

// --- what is told ---------------------------------------------------------------------------------------------------

TEST_F(PrinterMonitorTest, TellsWhatIsSeenOnceUntilItIsOtherwise) {
    play(kPatient, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        const Printer printer = t.add(monitor);
        const PrinterSnapshot first = co_await told_snapshot(monitor);
        monitor.invalidate(id_of(kHost));
        co_await monitor.snapshot(id_of(kHost));
        EXPECT_EQ(t.changes.of<events::PrinterSeen>(), std::vector{(events::PrinterSeen{printer, first})});

        t.script.status = {.state = PrinterState::kPrinting, .text = "Printing"};
        monitor.invalidate(id_of(kHost));
        const PrinterSnapshot second = co_await told_snapshot(monitor);
        EXPECT_EQ(t.changes.of<events::PrinterSeen>().back(), (events::PrinterSeen{printer, second}));
        EXPECT_EQ(t.changes.of<events::PrinterSeen>().size(), 2U);
    });
}

TEST_F(PrinterMonitorTest, TellsOfAPrinterThatNeverAnsweredAndOfANewName) {
    play(kPatient, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.script.server = {};
        t.script.status = not_responding();
        Printer printer = t.add(monitor);
        co_await monitor.snapshot(id_of(kHost));
        EXPECT_EQ(t.changes.of<events::PrinterSeen>().size(), 1U);
        printer.name = "Renamed";
        monitor.watch(printer);
        co_await monitor.snapshot(id_of(kHost));
        EXPECT_EQ(t.changes.of<events::PrinterSeen>().back().printer.name, "Renamed");
    });
}

TEST_F(PrinterMonitorTest, TellsObserversOfEachObservation) {
    play(kPatient, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        std::vector<events::PrinterSeen> observed;
        const auto subscription =
            monitor.observations().subscribe([&](const events::PrinterSeen& seen) { observed.push_back(seen); });
        const Printer printer = t.add(monitor);
        const events::PrinterSeen expected{printer, co_await told_snapshot(monitor)};
        monitor.invalidate(id_of(kHost));
        co_await monitor.snapshot(id_of(kHost));
        EXPECT_EQ(observed, std::vector(2, expected));
        EXPECT_EQ(t.changes.of<events::PrinterSeen>().size(), 1U) << "nothing has changed";
    });
}

TEST_F(PrinterMonitorTest, TellsOfAConnectionAsItIsStored) {
    play(kPatient, [](Self& t, PrinterMonitor& monitor) -> Awaitable<void> {
        t.add(monitor);
        co_await monitor.snapshot(id_of(kHost));
        t.script.server = {};
        t.script.status = not_responding();
        monitor.invalidate(id_of(kHost));
        co_await monitor.snapshot(id_of(kHost));
        EXPECT_FALSE(t.changes.of<events::PrinterSeen>().back().printer.client.connected);
        EXPECT_EQ(t.changes.of<events::PrinterSeen>().back().printer.client, t.stored());
    });
}

}  // namespace
}  // namespace karmen::fleet
