#include "services/printjobs.hpp"

#include "events/test_bench.hpp"
#include "fleet/test_printer_api.hpp"

namespace karmen::services {
namespace {

namespace fs = std::filesystem;
using Result = printers::PrintOutcome::Result;

constexpr const char* kHost = "10.0.0.1";
constexpr const char* kOtherHost = "10.0.0.2";
constexpr const char* kContent = "G28\nG1 X10\n";

class PrintJobsTest : public events::ServiceTest {
  public:
    using Scenario = Awaitable<void> (*)(PrintJobsTest&);

    PrintJobsTest() {
        for (const char* host : {kHost, kOtherHost})
            printer_rows.insert({.host = host,
                                 .name = "Prusa",
                                 .client = {.version = script.server.version,
                                            .connected = true,
                                            .access_level = AccessLevel::kUnlocked,
                                            .api_key = "0123456789"}});
        gcode = run(upload(*this));
    }
    ~PrintJobsTest() override {
        run(jobs.stop());
        run(tracker.stop());
        run(monitor.stop());
    }

    static Awaitable<Gcode> upload(PrintJobsTest& t, std::string display = "cube.gcode") {
        GcodeUpload file = co_await t.gcodes.begin_upload(0, t.ann);
        co_await file.append(std::string_view(kContent));
        co_return co_await t.gcodes.finish_upload(std::move(file), t.ann, "toys", std::move(display));
    }

    void play(Scenario scenario) { run(scenario(*this)); }
    PrintJob start(const std::string& host = kHost) { return run(jobs.start(ann, gcode.id, host)); }
    std::optional<ErrorCode> start_error(const std::string& host = kHost) {
        return error_of(jobs.start(ann, gcode.id, host));
    }
    Uuid id() { return printer_rows.find(kHost).value().id; }
    std::vector<PrintJob> rows() { return job_rows.list({}).rows; }
    PrintJob only_row() {
        const auto all = rows();
        EXPECT_EQ(all.size(), 1U);
        return all.empty() ? PrintJob{} : all.front();
    }
    /// In the order in which followers were told.
    std::vector<PrintJobState> told_states() {
        std::vector<PrintJobState> states;
        for (const auto& change : changes.of<events::PrintJobChanged>()) states.push_back(change.job.state);
        return states;
    }

    storage::TemporaryFolder temporary;
    storage::GcodeRepository gcode_rows{*database};
    storage::PrinterRepository printer_rows{*database};
    storage::PrintJobRepository job_rows{*database};
    files::GcodeStore store{{temporary.path() / "gcodes"}, {}};
    fleet::ScriptedPrinterApi api{loop.executor()};
    fleet::ScriptedPrinterApi::Script& script = api.at(kHost);
    fleet::ScriptedPrinterApi::Script& other = api.at(kOtherHost);
    fleet::NoOtherProcesses exchange;
    fleet::PrinterMonitor monitor{
        loop.executor(), {api, printer_rows, exchange, blocking, log, changes}, fleet::kPatient};
    Printers printers{{printer_rows, api, monitor, exchange, lists, blocking, changes}};
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
                            {}};
    Gcodes gcodes{{gcode_rows, store, clock, lists, blocking, file_work, log, changes}};
    PrintJobs jobs{loop.executor(),
                   {.printjobs = job_rows,
                    .gcodes = gcodes,
                    .printers = printers,
                    .monitor = monitor,
                    .client = api,
                    .locks = locks,
                    .tracker = tracker,
                    .clock = clock,
                    .lists = lists,
                    .blocking = blocking,
                    .log = log,
                    .changes = changes}};
    Principal ann = add_account("ann");
    Gcode gcode;
};

using Self = PrintJobsTest;

/// How a start ended: with a job or an error, or not yet.
struct Ending {
    std::optional<PrintJob> job;
    std::optional<ErrorCode> error;
    bool is_cancelled = false;
};

Awaitable<void> start_into(PrintJobsTest& t, std::string host, Ending& ending) {
    try {
        ending.job = co_await t.jobs.start(t.ann, t.gcode.id, std::move(host));
    } catch (const Error& error) {
        ending.error = error.code();
    } catch (const boost::system::system_error&) {
        ending.is_cancelled = true;
    }
}

TEST_F(PrintJobsTest, AStartedPrintIsSentAndRecorded) {
    const PrintJob started = start();
    EXPECT_EQ(script.printed, kContent);
    EXPECT_EQ(script.printed_as, "toys/cube.gcode");
    const auto stored = run(jobs.find(started.id));
    EXPECT_EQ(stored.gcode_id, gcode.id);
    EXPECT_EQ(stored.printer_host, kHost);
    EXPECT_EQ(stored.started, clock.now());
    EXPECT_EQ(stored.gcode.filename, "cube.gcode");
    EXPECT_EQ(stored.gcode.size_bytes, gcode.size_bytes);
    EXPECT_TRUE(stored.gcode.available);
    EXPECT_EQ(stored.printer.name, "Prusa");
    EXPECT_EQ(stored.user, ann.user);
    EXPECT_EQ(stored.username, "ann");
    EXPECT_EQ(run(jobs.list({})).rows.size(), 1U);
}

TEST_F(PrintJobsTest, EachStepIsStoredBeforeItIsDoneAndToldOnce) {
    std::vector<PrintJobState> stored;
    script.on_print = [&] { stored.push_back(only_row().state); };
    const PrintJob started = start();
    EXPECT_EQ(stored, std::vector{PrintJobState::kStarting});
    EXPECT_EQ(told_states(),
              (std::vector{PrintJobState::kSending, PrintJobState::kStarting, PrintJobState::kPrinting}));
    const PrintJob row = only_row();
    EXPECT_EQ(row.state, PrintJobState::kPrinting);
    EXPECT_EQ(row.started, clock.now());
    EXPECT_EQ(row.sending, clock.now());
    EXPECT_EQ(row.starting, clock.now());
    EXPECT_FALSE(row.ended);
    EXPECT_EQ(row.remote.path, "karmen/toys/cube.gcode");
    EXPECT_EQ(started.state, PrintJobState::kPrinting);
}

TEST_F(PrintJobsTest, WhatThePrinterRemembersOfTheFormerFileIsStored) {
    script.record = FileRecord{.is_there = true,
                               .came = Timestamp(std::chrono::seconds(5)),
                               .last_print = FileRecord::Print{Timestamp(std::chrono::seconds(6)), true}};
    start();
    EXPECT_EQ(only_row().remote.came_before, Timestamp(std::chrono::seconds(5)));
    EXPECT_EQ(only_row().remote.printed_before, Timestamp(std::chrono::seconds(6)));
}

TEST_F(PrintJobsTest, ThePathThatThePrinterReportsIsTheJobs) {
    script.outcome.path = "karmen/toys/cube_.gcode";
    start();
    EXPECT_EQ(only_row().remote.path, "karmen/toys/cube_.gcode");
}

TEST_F(PrintJobsTest, TellsOfPrintsThatCameAndWentAndOfNoOthers) {
    script.status.state = PrinterState::kPaused;
    start_error();
    EXPECT_TRUE(changes.of<events::PrintJobChanged>().empty());
    script.status.state = PrinterState::kOperational;
    const PrintJob started = start();
    EXPECT_EQ(changes.of<events::PrintJobChanged>().at(0).job.id, started.id);
    EXPECT_EQ(changes.of<events::PrintJobChanged>().at(0).job.username, "ann");
    error_of(jobs.remove(started.id + 1, ann));
    EXPECT_TRUE(changes.of<events::PrintJobRemoved>().empty());
    run(jobs.remove(started.id, ann));
    EXPECT_EQ(changes.of<events::PrintJobRemoved>().at(0).id, started.id);
}

TEST_F(PrintJobsTest, TheRecordHoldsNoApiKey) {
    start();
    const auto text = (*database).lease().only(storage::select({"printer_data"}, "FROM printjobs"), {},
                                               [](storage::Row& row) { return row.text(); });
    EXPECT_EQ(text.find("0123456789"), std::string::npos) << text;
}

TEST_F(PrintJobsTest, APrinterThatIsNotOperationalGetsNothing) {
    for (const PrinterState state : {PrinterState::kNotResponding, PrinterState::kNotConnected, PrinterState::kPrinting,
                                     PrinterState::kPaused, PrinterState::kError, PrinterState::kInvalidData}) {
        script.status.state = state;
        EXPECT_EQ(start_error(), ErrorCode::kPrinterNotOperational);
    }
    EXPECT_EQ(script.prints, 0);
    EXPECT_TRUE(rows().empty());
}

TEST_F(PrintJobsTest, ARefusalSaysWhyThePrinterIsNotOperational) {
    script.status = not_responding(PrinterState::kKeyWrong, "It does not know the API key");
    try {
        start();
        ADD_FAILURE() << "started";
    } catch (const Error& error) {
        EXPECT_NE(error.message().find("It does not know the API key"), std::string::npos);
    }
}

TEST_F(PrintJobsTest, AMoonrakerGetsNothing) {
    printer_rows.modify(kHost, [](Printer& printer) { printer.client.version.text = "OctoPrint (Moonraker v0.8)"; });
    EXPECT_EQ(start_error(), ErrorCode::kPrinterNotOperational);
    EXPECT_EQ(script.prints, 0);
}

TEST_F(PrintJobsTest, APrinterIsNotAskedForAPrintThatItsKindDoesNotTake) {
    for (const char* name : {"cube.bgcode", "cube.GCODE.3MF"}) {
        gcode = run(upload(*this, name));
        EXPECT_EQ(start_error(), ErrorCode::kGcodeNotPrintable) << name;
    }
    script.status = not_responding();
    EXPECT_EQ(start_error(), ErrorCode::kGcodeNotPrintable) << "what will never do is said before what may pass";
    EXPECT_EQ(script.prints, 0);
    EXPECT_TRUE(rows().empty());
}

TEST_F(PrintJobsTest, WhatThePrinterDidNotStartIsAFailureWithItsReason) {
    for (const Result result : {Result::kStoredOnly, Result::kRefused, Result::kFailed}) {
        script.outcome = {.result = result, .reason = "out of paper"};
        try {
            start();
            ADD_FAILURE() << "started";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::kPrinterFailed);
            EXPECT_NE(error.message().find("out of paper"), std::string::npos);
        }
    }
    EXPECT_EQ(script.prints, 3) << "a failure leaves the printer free for the next";
    ASSERT_EQ(rows().size(), 3U);
    for (const PrintJob& row : rows()) {
        EXPECT_EQ(row.state, PrintJobState::kFailed);
        EXPECT_EQ(row.reason, "out of paper");
        EXPECT_EQ(row.ended, clock.now());
    }
}

TEST_F(PrintJobsTest, APrinterThatDoesNotSayWhetherItPrintsLeavesAnUnknownJob) {
    script.outcome = {.result = Result::kUnknown, .reason = "look at it"};
    EXPECT_EQ(start_error(), ErrorCode::kPrinterFailed);
    EXPECT_EQ(only_row().state, PrintJobState::kUnknown);
    EXPECT_EQ(only_row().reason, "look at it");
    EXPECT_FALSE(only_row().ended);
}

TEST_F(PrintJobsTest, APrintWhoseRecordWasTakenAwayWhileItsFileWasSentIsGivenUp) {
    play([](Self& t) -> Awaitable<void> {
        TaskGroup callers(t.loop.executor(), t.log, "callers");
        Ending ending;
        t.api.hold_prints(kHost);
        callers.spawn(start_into(t, kHost, ending));
        co_await until([&t] { return t.script.waiting > 0; });
        EXPECT_EQ(t.only_row().state, PrintJobState::kSending);
        co_await t.jobs.remove(t.only_row().id, t.ann);
        t.api.release_prints(kHost);
        co_await callers.join();
        EXPECT_EQ(ending.error, ErrorCode::kPrinterFailed);
    });
    EXPECT_EQ(script.printed, "") << "the last byte was not sent";
    EXPECT_TRUE(rows().empty());
}

TEST_F(PrintJobsTest, NothingIsSentWhileAPrintFromBeforeACrashMayStillBegin) {
    PrintJob crashed = start();
    job_rows.remove(crashed.id);
    crashed.state = PrintJobState::kStarting;
    crashed.remote.came_before = Timestamp{};
    job_rows.insert(crashed);
    script.record =
        FileRecord{.is_there = true, .came = Timestamp(std::chrono::seconds(5)), .last_print = std::nullopt};
    EXPECT_EQ(start_error(), ErrorCode::kPrinterNotOperational);
    EXPECT_EQ(script.prints, 1);
    script.record->last_print = FileRecord::Print{Timestamp(std::chrono::seconds(6)), true};
    EXPECT_EQ(start_error(), std::nullopt);
}

TEST_F(PrintJobsTest, WhatCameBeforeIsSettledBeforeANewPrintBegins) {
    const PrintJob first = start();
    script.record = FileRecord{.is_there = true,
                               .came = Timestamp(std::chrono::seconds(5)),
                               .last_print = FileRecord::Print{Timestamp(std::chrono::seconds(6)), true}};
    const PrintJob second = start();
    EXPECT_EQ(run(jobs.find(first.id)).state, PrintJobState::kFinished);
    script.record->last_print.reset();
    script.record->came += std::chrono::seconds(9);
    const PrintJob third = start();
    EXPECT_EQ(run(jobs.find(second.id)).state, PrintJobState::kUnknown);
    EXPECT_TRUE(run(jobs.find(second.id)).ended) << "the record of the file will tell of the third";
    EXPECT_EQ(run(jobs.find(third.id)).state, PrintJobState::kPrinting);
}

TEST_F(PrintJobsTest, WhatIsNotThereIsNotFound) {
    EXPECT_EQ(error_of(jobs.start(ann, gcode.id + 1, kHost)), ErrorCode::kGcodeNotFound);
    EXPECT_EQ(start_error("10.0.0.9"), ErrorCode::kPrinterNotFound);
    EXPECT_EQ(error_of(jobs.find(1)), ErrorCode::kPrintJobNotFound);
    fs::remove(temporary.path() / "gcodes" / gcode.absolute_path);
    EXPECT_EQ(start_error(), ErrorCode::kGcodeNotFound);
    EXPECT_EQ(script.prints, 0);
    EXPECT_TRUE(rows().empty());
}

TEST_F(PrintJobsTest, OneFileAtATimeGoesToAPrinter) {
    play([](Self& t) -> Awaitable<void> {
        TaskGroup callers(t.loop.executor(), t.log, "callers");
        Ending first;
        Ending second;
        t.api.hold_prints(kHost);
        callers.spawn(start_into(t, kHost, first));
        callers.spawn(start_into(t, kHost, second));
        co_await until([&] { return first.error || second.error; });
        EXPECT_EQ(first.error.has_value() + second.error.has_value(), 1);
        EXPECT_EQ((first.error ? first : second).error, ErrorCode::kPrinterNotOperational);
        EXPECT_TRUE((co_await t.jobs.start(t.ann, t.gcode.id, kOtherHost)).id > 0) << "the others are free";
        t.api.release_prints(kHost);
        co_await callers.join();
        EXPECT_TRUE((first.error ? second : first).job);
        EXPECT_EQ(t.script.prints, 1);
    });
    EXPECT_EQ(rows().size(), 2U);
    EXPECT_EQ(start_error(), std::nullopt) << "and free again afterwards";
}

TEST_F(PrintJobsTest, APrintWhoseCallerLeftIsStillRecorded) {
    play([](Self& t) -> Awaitable<void> {
        TaskGroup callers(t.loop.executor(), t.log, "callers");
        Ending ending;
        t.api.hold_prints(kHost);
        callers.spawn(start_into(t, kHost, ending));
        co_await until([&t] { return t.script.waiting > 0; });
        callers.cancel();
        co_await callers.join();
        EXPECT_TRUE(ending.is_cancelled);
        EXPECT_EQ(t.script.waiting, 1) << "the file is still on its way";
        t.api.release_prints(kHost);
        co_await until([&t] { return !t.rows().empty(); });
    });
    EXPECT_EQ(rows().at(0).gcode_id, gcode.id);
    EXPECT_EQ(rows().at(0).user, ann.user);
}

TEST_F(PrintJobsTest, StopCancelsAnUploadAndLeavesItsRecordAsACrashWould) {
    play([](Self& t) -> Awaitable<void> {
        TaskGroup callers(t.loop.executor(), t.log, "callers");
        Ending ending;
        t.api.hold_prints(kHost);
        callers.spawn(start_into(t, kHost, ending));
        co_await until([&t] { return t.script.waiting > 0; });
        co_await t.jobs.stop();
        co_await callers.join();
        EXPECT_EQ(ending.error, ErrorCode::kOverloaded);
        EXPECT_EQ(t.script.waiting, 0);
    });
    EXPECT_EQ(only_row().state, PrintJobState::kSending);
}

/// Stops while the row is on its way: the pool is held from the moment at which the printer begins to print.
Awaitable<void> stop_while_recording(PrintJobsTest& t, Ending& ending) {
    TaskGroup tasks(t.loop.executor(), t.log, "callers");
    std::optional<PoolHold> hold;
    t.script.on_print = [&t, &hold] { hold.emplace(t.blocking); };
    tasks.spawn(start_into(t, kHost, ending));
    co_await until([&hold] { return hold.has_value(); });
    tasks.spawn(t.jobs.stop());
    co_await sleep_for(std::chrono::milliseconds(1));
    EXPECT_EQ(t.only_row().state, PrintJobState::kStarting);
    hold.reset();
    co_await tasks.join();
}

TEST_F(PrintJobsTest, StopWaitsForTheRecordOfAPrintThatBegan) {
    Ending ending;
    run(stop_while_recording(*this, ending));
    EXPECT_TRUE(ending.job);
    EXPECT_EQ(only_row().state, PrintJobState::kPrinting);
}

TEST_F(PrintJobsTest, APrintThatBeginsInTheMomentOfStopIsRecorded) {
    play([](Self& t) -> Awaitable<void> {
        TaskGroup tasks(t.loop.executor(), t.log, "callers");
        Ending ending;
        // The cancel arrives when the printer has accepted, and before anybody knows.
        t.script.on_print = [&t, &tasks] { tasks.spawn(t.jobs.stop()); };
        tasks.spawn(start_into(t, kHost, ending));
        co_await tasks.join();
        EXPECT_TRUE(ending.job);
    });
    EXPECT_EQ(only_row().state, PrintJobState::kPrinting);
}

TEST_F(PrintJobsTest, NothingIsStartedAfterStop) {
    run(jobs.stop());
    EXPECT_EQ(start_error(), ErrorCode::kOverloaded);
    EXPECT_EQ(script.prints, 0);
    EXPECT_TRUE(rows().empty());
}

TEST_F(PrintJobsTest, TheStatusIsAskedForAnewAfterAStart) {
    play([](Self& t) -> Awaitable<void> {
        t.monitor.watch(co_await t.printers.require(kHost));
        co_await t.monitor.snapshot(t.id());
        t.script.on_print = [&t] { t.script.status = {.state = PrinterState::kPrinting, .text = "Printing"}; };
        co_await t.jobs.start(t.ann, t.gcode.id, kHost);
        EXPECT_EQ((co_await t.monitor.snapshot(t.id())).status.state, PrinterState::kPrinting);
        co_await t.monitor.stop();
    });
}

/// What the printer does is known, but cannot be written down now: the record stays as it was before that step, and the
/// tracker finds it so.
TEST_F(PrintJobsTest, APrintThatBeganIsTheCallersAlsoIfTheDatabaseIsBusy) {
    play([](Self& t) -> Awaitable<void> {
        TaskGroup callers(t.loop.executor(), t.log, "callers");
        Ending ending;
        std::optional<PoolHold> hold;
        t.script.on_print = [&t, &hold] {
            hold.emplace(t.blocking);
            hold->fill();
        };
        callers.spawn(start_into(t, kHost, ending));
        co_await callers.join();
        EXPECT_TRUE(ending.job);
        hold.reset();
    });
    EXPECT_EQ(only_row().state, PrintJobState::kStarting);
}

TEST_F(PrintJobsTest, AForeignPrintIsAdoptedAsThePrinterShowsIt) {
    EXPECT_EQ(error_of(jobs.adopt(ann, kHost)), ErrorCode::kConflict) << "nothing prints";
    script.status.state = PrinterState::kPaused;
    EXPECT_EQ(error_of(jobs.adopt(ann, kHost)), ErrorCode::kConflict) << "it does not say what";
    script.file = PrinterFile{.path = "benchy/boat.gcode", .size_bytes = 77};
    script.job = PrinterJob{.print_time_s = 60};
    script.record = FileRecord{.is_there = true,
                               .came = Timestamp(std::chrono::seconds(5)),
                               .last_print = FileRecord::Print{Timestamp(std::chrono::seconds(6)), true}};
    const PrintJob adopted = run(jobs.adopt(ann, kHost));
    EXPECT_EQ(adopted.id, only_row().id);
    EXPECT_EQ(only_row().state, PrintJobState::kPaused);
    EXPECT_EQ(only_row().user, ann.user);
    EXPECT_EQ(only_row().started, clock.now() - std::chrono::seconds(60));
    EXPECT_EQ(only_row().gcode.filename, "boat.gcode");
    EXPECT_EQ(only_row().gcode.size_bytes, 77);
    EXPECT_FALSE(only_row().gcode.available);
    EXPECT_EQ(only_row().remote.path, "benchy/boat.gcode");
    EXPECT_EQ(only_row().remote.printed_before, Timestamp(std::chrono::seconds(6)));
    EXPECT_EQ(told_states(), std::vector{PrintJobState::kPaused});
    EXPECT_EQ(error_of(jobs.adopt(add_account("bob"), kHost)), ErrorCode::kConflict) << "it is ann's";
}

TEST_F(PrintJobsTest, WhatNobodyCanTellAPersonMaySay) {
    script.outcome = {.result = Result::kUnknown, .reason = "look at it"};
    start_error();
    const std::int64_t id = only_row().id;
    EXPECT_EQ(error_of(jobs.resolve(id, add_account("bob"), PrintJobState::kFinished)), ErrorCode::kNotOwner);
    EXPECT_EQ(error_of(jobs.resolve(id + 1, ann, PrintJobState::kFinished)), ErrorCode::kPrintJobNotFound);
    clock.advance(std::chrono::seconds(9));
    EXPECT_EQ(run(jobs.resolve(id, ann, PrintJobState::kCancelled)).state, PrintJobState::kCancelled);
    EXPECT_EQ(only_row().reason, "As ann said");
    EXPECT_EQ(only_row().ended, clock.now());
    EXPECT_EQ(error_of(jobs.resolve(id, ann, PrintJobState::kFailed)), ErrorCode::kConflict);
}

TEST_F(PrintJobsTest, OwnersAndAdministratorsRemoveRecords) {
    const Principal bob = add_account("bob");
    const Principal admin = add_account("admin", Role::kAdmin);
    const PrintJob first = start();
    const PrintJob second = start();
    EXPECT_EQ(error_of(jobs.remove(first.id, bob)), ErrorCode::kNotOwner);
    EXPECT_EQ(rows().size(), 2U);
    EXPECT_EQ(error_of(jobs.remove(first.id, ann)), std::nullopt);
    EXPECT_EQ(error_of(jobs.remove(first.id, ann)), ErrorCode::kPrintJobNotFound);
    EXPECT_EQ(error_of(jobs.remove(second.id, admin)), std::nullopt);
    EXPECT_TRUE(rows().empty());
}

TEST_F(PrintJobsTest, NothingIsSentIfItCannotBeRecordedAndThePrinterIsFreeAgain) {
    (*database).lease().execute("ALTER TABLE printjobs RENAME COLUMN remote_path TO elsewhere");
    EXPECT_EQ(start_error(), ErrorCode::kInternal);
    EXPECT_EQ(script.printed, "");
    (*database).lease().execute("ALTER TABLE printjobs RENAME COLUMN elsewhere TO remote_path");
    EXPECT_EQ(start_error(), std::nullopt);
}

}  // namespace
}  // namespace karmen::services
