#include "storage/tables/task_record_repository.hpp"

#include "storage/test_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen::storage {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using Step = TaskRecordRepository::Step;

constexpr Timestamp kStart{1'764'000'000s};

class TaskRecordRepositoryTest : public testing::TestWithParam<DatabaseKind> {
  protected:
    /// An attempt of the task.
    Step step(TaskState to, int attempt = 1, std::chrono::seconds time = 10s) const {
        return {.task = {.id = id_.to_string(), .kind = "scan_network", .attempt = attempt, .created = kStart},
                .to = to,
                .time = kStart + time,
                .lease_end = kStart + time + 60s};
    }
    TaskRecord found() { return records_.find(id_).value(); }
    std::vector<std::string> kinds() {
        std::vector<std::string> kinds;
        for (const TaskRecord& record : records_.list({.order_by = ListQuery::Order{"queued"}}).rows)
            kinds.push_back(record.kind);
        return kinds;
    }
    void add_ended(const std::string& kind, std::chrono::seconds queued, TaskOrigin origin) {
        const Uuid id = Uuid::random();
        Step done = step(TaskState::kDone);
        done.task = {.id = id.to_string(), .kind = kind, .attempt = 1, .created = kStart + queued};
        records_.note(done);
        records_.add({.id = id, .kind = kind, .origin = origin, .queued = kStart + queued});
    }

    TestDatabase database_{GetParam()};
    TaskRecordRepository records_{*database_};
    Uuid id_ = Uuid::random();
};
INSTANTIATE_TEST_SUITE_P(, TaskRecordRepositoryTest, kDatabaseKinds, database_kind_name);

TEST_P(TaskRecordRepositoryTest, ShowsWhoAskedAndWhatTheWorkerTells) {
    TaskRecord expected{.id = id_,
                        .kind = "scan_network",
                        .origin = TaskOrigin::kUser,
                        .user = Uuid::random(),
                        .username = "ann",
                        .queued = kStart};
    EXPECT_EQ(records_.add(expected), expected);
    Step running = step(TaskState::kRunning);
    running.progress = {.fraction = 0.25, .sentence = "asks 192.168.1.20", .result = R"({"found":["ä"]})"};
    expected.state = TaskState::kRunning;
    expected.attempt = 1;
    expected.started = kStart + 10s;
    expected.progress = running.progress;
    EXPECT_EQ(records_.note(running), expected);
    Step failed = step(TaskState::kRetryWaiting, 1, 20s);
    failed.error = "no carrier";
    expected.state = TaskState::kRetryWaiting;
    expected.progress = {};
    expected.error = "no carrier";
    EXPECT_EQ(records_.note(failed), expected);
    expected.state = TaskState::kDone;
    expected.attempt = 2;
    expected.started = expected.ended = kStart + 30s;
    EXPECT_EQ(records_.note(step(TaskState::kDone, 2, 30s)), expected) << "the last error stays";
    EXPECT_EQ(found(), expected);
}

TEST_P(TaskRecordRepositoryTest, WhoAskedMayBeWrittenAfterTheWorkerHasBegun) {
    records_.note(step(TaskState::kRunning));
    records_.add({.id = id_, .kind = "scan_network", .origin = TaskOrigin::kUser, .username = "ann", .queued = kStart});
    EXPECT_EQ(found().username, "ann");
    EXPECT_EQ(found().origin, TaskOrigin::kUser);
    EXPECT_EQ(found().state, TaskState::kRunning);
}

TEST_P(TaskRecordRepositoryTest, AWorkerThatLostTheTaskChangesNothing) {
    records_.note(step(TaskState::kRunning, 2));
    EXPECT_EQ(records_.note(step(TaskState::kRetryWaiting, 1)), std::nullopt);
    EXPECT_EQ(found().state, TaskState::kRunning);
    records_.note(step(TaskState::kDone, 2));
    EXPECT_EQ(records_.note(step(TaskState::kRunning, 3)), std::nullopt) << "what is done is done";
}

TEST_P(TaskRecordRepositoryTest, AnAttemptThatDoesNotCountIsGivenBack) {
    records_.note(step(TaskState::kRunning, 1, 10s));
    Step back = step(TaskState::kQueued, 1, 11s);
    back.attempts_back = 1;
    records_.note(back);
    EXPECT_EQ(found().attempt, 0);
    records_.note(step(TaskState::kRunning, 1, 12s));
    EXPECT_EQ(found().attempt, 1);
    EXPECT_EQ(found().started, kStart + 12s);
}

TEST_P(TaskRecordRepositoryTest, NothingRunsLongerThanItsLease) {
    records_.note(step(TaskState::kRunning));
    EXPECT_THAT(records_.settle_lost(kStart + 69s, 5), ElementsAre());
    EXPECT_EQ(records_.settle_lost(kStart + 70s, 5).at(0).state, TaskState::kQueued);
    EXPECT_EQ(found().ended, std::nullopt);
    EXPECT_EQ(found().error, "its worker was lost");
    // It was only slow: the queue says that it still has the task.
    records_.note(step(TaskState::kRunning, 1, 80s));
    EXPECT_EQ(found().state, TaskState::kRunning);
}

TEST_P(TaskRecordRepositoryTest, AWorkerThatIsLostInTheLastAttemptLeavesADeadTask) {
    records_.note(step(TaskState::kRunning, 5));
    EXPECT_EQ(records_.settle_lost(kStart + 1h, 5).at(0).state, TaskState::kDead);
    EXPECT_EQ(found().ended, kStart + 70s) << "when its lease ended, not when somebody looked";
    EXPECT_EQ(records_.note_replayed(id_).value().state, TaskState::kQueued);
    EXPECT_EQ(found().ended, std::nullopt);
    records_.note(step(TaskState::kRunning, 1));
    EXPECT_EQ(records_.note_replayed(id_), std::nullopt) << "only what is dead";
}

TEST_P(TaskRecordRepositoryTest, KeepsTheNewestOfEachScheduledKindAndOfAll) {
    for (int i = 0; i < 4; ++i) {
        add_ended("clean_store", std::chrono::seconds(i), TaskOrigin::kSchedule);
        add_ended("clean_audit", std::chrono::seconds(10 + i), TaskOrigin::kSchedule);
        add_ended("scan_network", std::chrono::seconds(20 + i), TaskOrigin::kUser);
    }
    records_.clean({.oldest = kStart, .ended_max = 100, .scheduled_max = 1});
    EXPECT_THAT(kinds(), ElementsAre("clean_store", "clean_audit", "scan_network", "scan_network", "scan_network",
                                     "scan_network"));
    records_.clean({.oldest = kStart, .ended_max = 2, .scheduled_max = 1});
    EXPECT_THAT(kinds(), ElementsAre("scan_network", "scan_network"));
    records_.note(step(TaskState::kRunning));
    records_.clean({.oldest = kStart + 23s, .ended_max = 100, .scheduled_max = 1});
    EXPECT_THAT(kinds(), ElementsAre("scan_network", "scan_network")) << "one is too old, another runs";
}

}  // namespace
}  // namespace karmen::storage
