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

TEST_P(PrintJobRepositoryTest, FindsTheLatestOfAPrinterWhereverItWasThen) {
    const Uuid printer = Uuid::random();
    const auto insert = [&](const Uuid& id, const std::string& host, std::chrono::microseconds since) {
        PrintJob job = sample(host, since);
        job.printer_id = id;
        return jobs_.insert(job);
    };
    insert(printer, "10.0.0.1", 10us);
    const std::int64_t latest = insert(printer, "10.0.0.2", 20us);
    insert(printer, "10.0.0.1", 0us);
    insert(Uuid::random(), "10.0.0.2", 30us);
    EXPECT_EQ(jobs_.latest_for_printer(printer)->id, latest);
    const std::int64_t same_moment = insert(printer, "10.0.0.1", 20us);
    EXPECT_EQ(jobs_.latest_for_printer(printer)->id, same_moment);
    EXPECT_EQ(jobs_.latest_for_printer(printer)->printer_id, printer);
    EXPECT_FALSE(jobs_.latest_for_printer(Uuid::random()));
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
