#include "storage/tables/print_job_repository.hpp"

#include "storage/tables/gcode_repository.hpp"
#include "storage/tables/user_repository.hpp"
#include "storage/test_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen::storage {
namespace {

using namespace std::chrono_literals;

class PrintJobRepositoryTest : public testing::TestWithParam<DatabaseKind> {
  protected:
    PrintJobRepositoryTest() {
        Gcode gcode;
        gcode.filename = gcode.absolute_path = "a.gcode";
        gcode_id_ = GcodeRepository(*database_).insert(gcode);
    }
    PrintJob sample(const std::string& host, std::chrono::microseconds since = 0us) const {
        PrintJob job;
        job.gcode_id = gcode_id_;
        job.printer_host = host;
        job.started = Timestamp{1764000000s + since};
        job.gcode = {gcode_id_, "a.gcode", 123, true};
        job.printer = {host, "Left", "other"};
        return job;
    }

    static std::vector<std::int64_t> ids_of(const std::vector<PrintJob>& jobs) {
        std::vector<std::int64_t> ids;
        for (const PrintJob& job : jobs) ids.push_back(job.id);
        return ids;
    }

    TestDatabase database_{GetParam()};
    PrintJobRepository jobs_{*database_};
    std::int64_t gcode_id_ = 0;
};
INSTANTIATE_TEST_SUITE_P(, PrintJobRepositoryTest, kDatabaseKinds, database_kind_name);

TEST_P(PrintJobRepositoryTest, FindsWhatItInserted) {
    const User user{.uuid = Uuid::random(), .username = "karmen"};
    UserRepository(*database_).create(user, LocalUser{user.uuid, std::string(60, 'h'), false, 0});
    PrintJob job = sample("10.0.0.1", 5us);
    job.user = user.uuid;
    const std::int64_t id = jobs_.insert(job);
    const auto found = jobs_.find(id);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, id);
    EXPECT_EQ(found->gcode_id, job.gcode_id);
    EXPECT_EQ(found->printer_host, "10.0.0.1");
    EXPECT_EQ(found->started, job.started);
    EXPECT_EQ(found->gcode.id, job.gcode.id);
    EXPECT_EQ(found->gcode.filename, "a.gcode");
    EXPECT_EQ(found->gcode.size_bytes, 123);
    EXPECT_TRUE(found->gcode.available);
    EXPECT_EQ(found->printer.name, "Left");
    EXPECT_EQ(found->printer.client, "other");
    EXPECT_EQ(found->user, user.uuid);
    EXPECT_EQ(found->username, "karmen");
    EXPECT_FALSE(jobs_.find(id + 1));
}

TEST_P(PrintJobRepositoryTest, KeepsAllOfAPrintsLife) {
    PrintJob job = sample("10.0.0.1");
    job.state = PrintJobState::kPaused;
    job.progress = 12.5678901234;
    job.print_time_s = 90;
    job.sending = job.started + 1us;
    job.starting = job.started + 2us;
    job.ended = job.started + 3us;
    job.reason = "out of paper";
    job.remote = {"karmen/a.gcode", job.started + 4us, job.started + 5us};
    const auto found = jobs_.find(jobs_.insert(job)).value();
    EXPECT_EQ(found.state, job.state);
    EXPECT_NEAR(found.progress.value(), 12.5678901234, 1e-9);
    EXPECT_EQ(found.print_time_s, job.print_time_s);
    EXPECT_EQ(found.sending, job.sending);
    EXPECT_EQ(found.starting, job.starting);
    EXPECT_EQ(found.ended, job.ended);
    EXPECT_EQ(found.reason, job.reason);
    EXPECT_EQ(found.remote.path, job.remote.path);
    EXPECT_EQ(found.remote.came_before, job.remote.came_before);
    EXPECT_EQ(found.remote.printed_before, job.remote.printed_before);
    const auto empty = jobs_.find(jobs_.insert(sample("10.0.0.1"))).value();
    EXPECT_FALSE(empty.progress || empty.print_time_s || empty.sending || empty.starting || empty.ended);
    EXPECT_FALSE(empty.remote.came_before || empty.remote.printed_before);
}

TEST_P(PrintJobRepositoryTest, AStepIsDoneOnceAndOnlyAsTheTableHasIt) {
    PrintJob job = sample("10.0.0.1");
    job.state = PrintJobState::kSending;
    const std::int64_t id = jobs_.insert(job);
    const auto advance = [&](PrintJobState from, PrintJobEvent event, std::string reason = {}) {
        return jobs_.advance(id, from, {.event = event, .at = job.started + 7us, .reason = std::move(reason)});
    };
    EXPECT_FALSE(advance(PrintJobState::kSending, PrintJobEvent::kPrints)) << "not in the table";
    EXPECT_FALSE(advance(PrintJobState::kStarting, PrintJobEvent::kPrints)) << "it is not there yet";
    EXPECT_EQ(advance(PrintJobState::kSending, PrintJobEvent::kLastByteIsDue)->starting, job.started + 7us);
    EXPECT_FALSE(advance(PrintJobState::kSending, PrintJobEvent::kLastByteIsDue));
    EXPECT_EQ(advance(PrintJobState::kStarting, PrintJobEvent::kIsLost, "who knows")->reason, "who knows");
    EXPECT_FALSE(jobs_.find(id)->ended) << "a person or the printer will tell";
    EXPECT_EQ(advance(PrintJobState::kUnknown, PrintJobEvent::kPrints)->reason, "");
    const auto finished = advance(PrintJobState::kPrinting, PrintJobEvent::kFinishes);
    ASSERT_TRUE(finished);
    EXPECT_EQ(finished->ended, job.started + 7us);
    EXPECT_EQ(finished->state, PrintJobState::kFinished);
    EXPECT_FALSE(jobs_.advance(id + 1, PrintJobState::kSending, {.event = PrintJobEvent::kFails}));
}

TEST_P(PrintJobRepositoryTest, ACancelKeepsWhoAskedForIt) {
    const Uuid printer = Uuid::random();
    const auto ended_as = [&](PrintJobEvent event) {
        PrintJob job = sample("10.0.0.1");
        job.printer_id = printer;
        job.state = PrintJobState::kPrinting;
        const std::int64_t id = jobs_.insert(job);
        jobs_.note_reason(printer, "Cancelled by ann");
        return jobs_.advance(id, PrintJobState::kPrinting, {.event = event, .at = job.started, .reason = "otherwise"})
            ->reason;
    };
    EXPECT_EQ(ended_as(PrintJobEvent::kIsCancelled), "Cancelled by ann");
    EXPECT_EQ(ended_as(PrintJobEvent::kFails), "otherwise");
}

TEST_P(PrintJobRepositoryTest, ProgressIsNotedInItsStateOnly) {
    PrintJob job = sample("10.0.0.1");
    job.state = PrintJobState::kPrinting;
    const std::int64_t id = jobs_.insert(job);
    EXPECT_TRUE(jobs_.note_progress(id, PrintJobState::kPrinting, 33.5, 10));
    EXPECT_TRUE(jobs_.note_progress(id, PrintJobState::kPrinting, 34.5, std::nullopt));
    EXPECT_FALSE(jobs_.note_progress(id, PrintJobState::kPaused, 35, 11));
    EXPECT_EQ(jobs_.find(id)->progress, 34.5);
    EXPECT_EQ(jobs_.find(id)->print_time_s, 10);
}

TEST_P(PrintJobRepositoryTest, OpenAreThoseThatHaveNotEnded) {
    const Uuid printer = Uuid::random();
    PrintJob job = sample("10.0.0.1");
    job.printer_id = printer;
    job.state = PrintJobState::kPrinting;
    const std::int64_t open = jobs_.insert(job);
    job.ended = job.started;
    jobs_.insert(job);
    jobs_.insert(sample("10.0.0.2"));
    job.printer_id = Uuid::random();
    job.state = PrintJobState::kUnknown;
    job.ended.reset();
    const std::int64_t other = jobs_.insert(job);
    EXPECT_THAT(ids_of(jobs_.open()), testing::ElementsAre(open, other));
    EXPECT_THAT(ids_of(jobs_.open_of(printer)), testing::ElementsAre(open));
    EXPECT_THAT(ids_of(jobs_.open_without_printer()), testing::ElementsAre(open)) << "nobody waits for an unknown one";
}

TEST_P(PrintJobRepositoryTest, AForeignPrintIsAdoptedOnce) {
    PrintJob job = sample("10.0.0.1");
    job.printer_id = Uuid::random();
    job.state = PrintJobState::kPrinting;
    job.remote.path = "a.gcode";
    const PrintSighting sighting{.seen = job.started,
                                 .status = {.state = PrinterState::kPrinting, .text = "Printing"},
                                 .job = PrinterJob{},
                                 .file = PrinterFile{.path = "a.gcode", .size_bytes = job.gcode.size_bytes}};
    EXPECT_TRUE(jobs_.insert_foreign(job, sighting));
    EXPECT_FALSE(jobs_.insert_foreign(job, sighting));
    job.printer_id = Uuid::random();
    EXPECT_TRUE(jobs_.insert_foreign(job, sighting)) << "on another printer";
}

TEST_P(PrintJobRepositoryTest, WhatIsUnknownOfAFileEndsWithItsNextPrintThere) {
    PrintJob job = sample("10.0.0.1");
    job.printer_id = Uuid::random();
    job.remote.path = "karmen/a.gcode";
    const std::int64_t unknown = jobs_.insert(job);
    PrintJob other = job;
    other.remote.path = "karmen/b.gcode";
    const std::int64_t another_file = jobs_.insert(other);
    job.started += 9us;
    jobs_.insert(job);
    EXPECT_EQ(jobs_.find(unknown)->ended, job.started);
    EXPECT_EQ(jobs_.find(unknown)->state, PrintJobState::kUnknown);
    EXPECT_FALSE(jobs_.find(another_file)->ended);
}

TEST_P(PrintJobRepositoryTest, RemovesOne) {
    const std::int64_t id = jobs_.insert(sample("10.0.0.1"));
    const std::int64_t other = jobs_.insert(sample("10.0.0.1"));
    EXPECT_TRUE(jobs_.remove(id));
    EXPECT_FALSE(jobs_.remove(id));
    EXPECT_TRUE(jobs_.find(other));
}

TEST_P(PrintJobRepositoryTest, ListsOddOldRows) {
    jobs_.insert(sample("10.0.0.1"));
    (*database_).lease().execute("UPDATE printjobs SET gcode_data = NULL, printer_data = :odd", {{"odd", "[]"}});
    const auto page = jobs_.list({});
    ASSERT_EQ(page.rows.size(), 1U);
    EXPECT_TRUE(page.rows[0].gcode.available) << "its g-code is there";
    EXPECT_EQ(page.rows[0].gcode.id, page.rows[0].gcode_id);
    EXPECT_EQ(page.rows[0].printer.name, "");
    EXPECT_EQ(page.rows[0].printer.host, "10.0.0.1");
    (*database_).lease().execute("UPDATE printjobs SET printer_data = NULL, gcode_id = gcode_id + 1");
    EXPECT_FALSE(jobs_.list({}).rows[0].gcode.available);
    EXPECT_EQ(jobs_.list({}).rows[0].printer.host, "10.0.0.1");
}

}  // namespace
}  // namespace karmen::storage
