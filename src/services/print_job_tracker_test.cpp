#include "services/print_job_tracker.hpp"

#include "events/test_bench.hpp"
#include "fleet/test_printer_api.hpp"
#include "services/printers.hpp"

namespace karmen::services {
namespace {

using namespace std::chrono_literals;
using State = PrintJobState;

constexpr const char* kHost = "10.0.0.1";

class PrintJobTrackerTest : public events::ServiceTest {
  public:
    using Scenario = Awaitable<void> (*)(PrintJobTrackerTest&);

    PrintJobTrackerTest() {
        printer = {
            .host = kHost,
            .name = "Prusa",
            .client = {.version = script.server.version, .connected = true, .access_level = AccessLevel::kUnlocked}};
        printer_rows.insert(printer);
    }
    ~PrintJobTrackerTest() override {
        run(tracker.stop());
        run(monitor.stop());
    }

    std::int64_t insert(State state) {
        PrintJob job{.gcode_id = 1,
                     .printer_host = kHost,
                     .printer_id = printer.id,
                     .started = clock.now(),
                     .gcode = {.id = 1, .filename = "cube.gcode", .size_bytes = 100},
                     .printer = {.host = kHost, .name = "Prusa", .client = {}},
                     .user = std::nullopt,
                     .username = std::nullopt,
                     .state = state,
                     .sending = clock.now(),
                     .starting = clock.now()};
        job.remote = {.path = "karmen/cube.gcode", .came_before = Timestamp{}, .printed_before = std::nullopt};
        return job_rows.insert(job);
    }
    PrintJob row(std::int64_t id) { return job_rows.find(id).value_or(PrintJob{}); }

    void shows(PrinterState state, std::optional<double> completion = {},
               std::optional<std::int64_t> print_time_s = {}) {
        script.status = {.state = state, .text = "in its words"};
        script.job = has_active_print(state)
                         ? std::optional(PrinterJob{.completion = completion, .print_time_s = print_time_s})
                         : std::nullopt;
        script.file = PrinterFile{.path = "karmen/cube.gcode", .size_bytes = 100};
    }
    void remembers(bool is_success) {
        script.record = FileRecord{
            .is_there = true, .came = Timestamp(5s), .last_print = FileRecord::Print{Timestamp(9s), is_success}};
    }

    /// The printer is seen as the script has it, and what follows from that is done.
    static Awaitable<void> observe(PrintJobTrackerTest& t) {
        t.publish_observation();
        co_await until([&t] { return !t.tracker.is_deciding(t.printer.id); });
    }
    void publish_observation() {
        monitor.observations().publish({printer, {.status = script.status, .job = script.job, .file = script.file}});
    }
    static Awaitable<void> start(PrintJobTrackerTest& t) {
        co_await t.tracker.start();
        co_await observe(t);
    }
    void begin() { run(start(*this)); }
    void look() { run(observe(*this)); }

    std::vector<State> told_states() {
        std::vector<State> states;
        for (const auto& change : changes.of<events::PrintJobChanged>()) states.push_back(change.job.state);
        return states;
    }

    storage::PrinterRepository printer_rows{*database};
    storage::PrintJobRepository job_rows{*database};
    fleet::ScriptedPrinterApi api{loop.executor()};
    fleet::ScriptedPrinterApi::Script& script = api.at(kHost);
    fleet::NoOtherProcesses exchange;
    fleet::PrinterMonitor monitor{
        loop.executor(), {api, printer_rows, exchange, blocking, log, changes}, fleet::kPatient};
    fleet::LocalPrinterLocks locks;
    PrintJobTracker tracker{loop.executor(),
                            {.printjobs = job_rows,
                             .monitor = monitor,
                             .client = api,
                             .locks = locks,
                             .clock = clock,
                             .blocking = blocking,
                             .log = log,
                             .changes = changes},
                            {.settle_time = 10s, .progress_interval = 30s}};
    Printer printer;
};

TEST_F(PrintJobTrackerTest, APrintIsFollowedFromItsBeginningToItsEndAndEachStepIsToldOnce) {
    const auto id = insert(State::kPrinting);
    shows(PrinterState::kPrinting, 1, 0);
    begin();
    shows(PrinterState::kPaused, 20, 0);
    look();
    look();
    EXPECT_EQ(row(id).state, State::kPaused);
    shows(PrinterState::kPrinting, 30, 0);
    look();
    EXPECT_EQ(row(id).state, State::kPrinting);
    shows(PrinterState::kOperational);
    remembers(true);
    clock.advance(60s);
    look();
    EXPECT_EQ(row(id).state, State::kFinished);
    EXPECT_EQ(row(id).progress, 100);
    EXPECT_TRUE(row(id).ended);
    look();
    EXPECT_EQ(told_states(), (std::vector{State::kPaused, State::kPrinting, State::kFinished}));
}

TEST_F(PrintJobTrackerTest, APrintThatEndedWhileNobodyFollowedIsFoundFinished) {
    const auto id = insert(State::kPrinting);
    shows(PrinterState::kOperational);
    remembers(true);
    begin();
    EXPECT_EQ(row(id).state, State::kFinished);
}

TEST_F(PrintJobTrackerTest, TheEndIsNotBeforeTheBeginningWhateverThePrintersClockSays) {
    const auto id = insert(State::kPrinting);
    shows(PrinterState::kOperational);
    remembers(false);
    begin();
    EXPECT_EQ(row(id).state, State::kCancelled);
    EXPECT_EQ(row(id).ended, row(id).started);
}

TEST_F(PrintJobTrackerTest, APrintWhoseStarterDiedIsFoundPrinting) {
    const auto id = insert(State::kStarting);
    script.record = FileRecord{.is_there = true, .came = Timestamp(5s), .last_print = std::nullopt};
    clock.advance(60s);
    shows(PrinterState::kPrinting, 10, 50);
    begin();
    EXPECT_EQ(row(id).state, State::kPrinting);
    EXPECT_EQ(row(id).started, clock.now() - 50s);
}

TEST_F(PrintJobTrackerTest, AStartThatGoesOnIsLeftAlone) {
    const auto sending = insert(State::kSending);
    const auto starting = insert(State::kStarting);
    shows(PrinterState::kOperational);
    auto lock = run(locks.try_lock(printer.id));
    begin();
    EXPECT_EQ(row(sending).state, State::kSending);
    EXPECT_EQ(row(starting).state, State::kStarting);
    lock.reset();
    look();
    EXPECT_EQ(row(sending).state, State::kFailed);
}

TEST_F(PrintJobTrackerTest, WhatDecidesOnlyIfItLastsIsLookedAtOftenAndDecidesThen) {
    const auto id = insert(State::kStarting);
    shows(PrinterState::kOperational);
    script.record = FileRecord{};
    begin();
    EXPECT_EQ(row(id).state, State::kStarting);
    clock.advance(9s);
    look();
    EXPECT_EQ(row(id).state, State::kStarting);
    clock.advance(1s);
    look();
    EXPECT_EQ(row(id).state, State::kFailed);
    EXPECT_EQ(told_states(), std::vector{State::kFailed});
}

TEST_F(PrintJobTrackerTest, AnUnknownPrintCostsNoQuestionUntilThePrinterShowsSomethingElse) {
    const auto id = insert(State::kUnknown);
    shows(PrinterState::kOperational);
    script.record = FileRecord{};
    begin();
    const int asked = script.records;
    look();
    look();
    EXPECT_EQ(script.records, asked);
    EXPECT_EQ(row(id).state, State::kUnknown);
    shows(PrinterState::kPrinting, 5);
    look();
    EXPECT_EQ(row(id).state, State::kPrinting);
}

/// A query would wait for the pool.
Awaitable<void> observe_without_database(PrintJobTrackerTest& t) {
    const PoolHold hold(t.blocking);
    t.publish_observation();
    EXPECT_FALSE(t.tracker.is_deciding(t.printer.id));
    co_return;
}

TEST_F(PrintJobTrackerTest, AnObservationWithoutNewsCostsNoQuery) {
    insert(State::kPrinting);
    shows(PrinterState::kPrinting, 10, 0);
    begin();
    shows(PrinterState::kPrinting, 11, 0);
    run(observe_without_database(*this));
    EXPECT_EQ(script.records, 0);
}

TEST_F(PrintJobTrackerTest, ProgressIsStoredNowAndThen) {
    const auto id = insert(State::kPrinting);
    shows(PrinterState::kPrinting, 10, 4);
    begin();
    EXPECT_EQ(row(id).progress, 10);
    EXPECT_EQ(row(id).print_time_s, 4);
    clock.advance(29s);
    shows(PrinterState::kPrinting, 11, 29);
    look();
    EXPECT_EQ(row(id).progress, 10);
    clock.advance(1s);
    shows(PrinterState::kPrinting, 12, 30);
    look();
    EXPECT_EQ(row(id).progress, 12);
}

TEST_F(PrintJobTrackerTest, AfterAPauseTheRecordIsAskedOnce) {
    insert(State::kPrinting);
    script.record = FileRecord{.is_there = true, .came = Timestamp(5s), .last_print = std::nullopt};
    clock.advance(600s);
    shows(PrinterState::kPrinting, 10, 20);
    begin();
    EXPECT_EQ(script.records, 1);
    clock.advance(2s);
    shows(PrinterState::kPrinting, 11, 22);
    look();
    EXPECT_EQ(script.records, 1);
}

TEST_F(PrintJobTrackerTest, WhoseTheShownPrintIs) {
    insert(State::kSending);
    shows(PrinterState::kPrinting, 10);
    PrinterSnapshot snapshot{.status = script.status, .job = script.job, .file = script.file};
    const auto shown = [&] {
        const auto print = tracker.print_of(printer.id, snapshot);
        return print ? print->print_job : std::optional<std::int64_t>(-1);
    };
    EXPECT_EQ(shown(), std::nullopt);
    run(tracker.refresh());
    EXPECT_EQ(shown(), std::nullopt) << "it cannot have begun";
    const auto id = insert(State::kPrinting);
    run(tracker.refresh());
    EXPECT_EQ(shown(), id);
    snapshot.file->size_bytes = 101;
    EXPECT_EQ(shown(), std::nullopt);
    snapshot.file.reset();
    EXPECT_EQ(shown(), -1) << "it does not say what it prints";
    snapshot.status.state = PrinterState::kOperational;
    EXPECT_EQ(shown(), -1);
}

TEST_F(PrintJobTrackerTest, PrintsOfARemovedPrinterAreUnknown) {
    const auto printing = insert(State::kPrinting);
    const auto sending = insert(State::kSending);
    printer_rows.remove(kHost);
    run(tracker.refresh());
    EXPECT_EQ(row(printing).state, State::kUnknown);
    EXPECT_NE(row(printing).reason.find("removed"), std::string::npos);
    EXPECT_EQ(row(sending).state, State::kFailed);
}

TEST_F(PrintJobTrackerTest, WhoIsSlowerDoesNothing) {
    const auto id = insert(State::kPrinting);
    const auto step = [this] { return storage::PrintJobStep{.event = PrintJobEvent::kFinishes, .at = clock.now()}; };
    EXPECT_TRUE(run(tracker.advance(id, State::kPrinting, step())));
    EXPECT_FALSE(run(tracker.advance(id, State::kPrinting, step())));
    EXPECT_EQ(told_states(), std::vector{State::kFinished});
}

}  // namespace
}  // namespace karmen::services
