#include "storage/tables/task_repository.hpp"

#include "storage/test_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen::storage {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kStart{std::chrono::microseconds(1'800'000'000'000'000)};
constexpr int kAttemptsMax = 3;
constexpr std::size_t kWaitingMax = 100;

class TaskRepositoryTest : public testing::TestWithParam<DatabaseKind> {
  protected:
    void add(const std::string& id, Timestamp now = kStart) {
        tasks_.add({.id = id, .kind = "test", .payload = R"({"a":"ü'"})", .created = now}, now, kWaitingMax);
    }
    std::optional<Task> take(Timestamp now, const std::string& receipt = "mine") {
        return tasks_.take({receipt, now + 1min}, now, kAttemptsMax);
    }
    std::string taken_id(Timestamp now) {
        const auto task = take(now);
        return task ? task->id : "none";
    }

    TestDatabase database_{GetParam()};
    TaskRepository tasks_{*database_};
};
INSTANTIATE_TEST_SUITE_P(, TaskRepositoryTest, kDatabaseKinds, database_kind_name);

TEST_P(TaskRepositoryTest, GivesTasksInTheOrderTheyBecameDue) {
    add("second", kStart + 1s);
    add("first", kStart);
    EXPECT_EQ(tasks_.next_due(), kStart);
    EXPECT_EQ(taken_id(kStart - 1s), "none");
    const auto first = take(kStart + 2s);
    EXPECT_EQ(first,
              (Task{.id = "first", .kind = "test", .payload = R"({"a":"ü'"})", .attempt = 1, .created = kStart}));
    EXPECT_EQ(taken_id(kStart + 2s), "second");
    EXPECT_EQ(taken_id(kStart + 2s), "none");
    EXPECT_EQ(tasks_.counts(), (TaskCounts{.running = 2}));
}

TEST_P(TaskRepositoryTest, ALeaseThatIsOverGivesTheTaskToAnother) {
    add("a");
    take(kStart, "one");
    EXPECT_TRUE(tasks_.renew("a", {"one", kStart + 2min}));
    EXPECT_EQ(taken_id(kStart + 2min - 1s), "none");
    EXPECT_EQ(take(kStart + 2min, "two")->attempt, 2);
    EXPECT_FALSE(tasks_.renew("a", {"one", kStart + 9min}));
    EXPECT_FALSE(tasks_.retry_at("a", "one", kStart, "x"));
    EXPECT_FALSE(tasks_.bury("a", "one", kStart, "x", 10));
    EXPECT_FALSE(tasks_.give_back("a", "one", kStart));
    EXPECT_EQ(tasks_.counts(), (TaskCounts{.running = 1}));
}

TEST_P(TaskRepositoryTest, ATaskThatIsLostTooOftenDies) {
    add("a");
    for (int i = 0; i < kAttemptsMax; ++i) EXPECT_EQ(taken_id(kStart + i * 1min), "a");
    EXPECT_EQ(taken_id(kStart + 10min), "none");
    const auto dead = tasks_.dead(10);
    ASSERT_EQ(dead.size(), 1U);
    EXPECT_EQ(dead[0].error, "its worker was lost");
    EXPECT_EQ(dead[0].died, kStart + 10min);
    EXPECT_EQ(dead[0].task.attempt, kAttemptsMax);
}

TEST_P(TaskRepositoryTest, RetriesWaitAndTheDeadComeBackWhenAsked) {
    add("a");
    take(kStart);
    EXPECT_TRUE(tasks_.retry_at("a", "mine", kStart + 5s, "broken"));
    EXPECT_EQ(tasks_.counts(), (TaskCounts{.retry_waiting = 1}));
    EXPECT_EQ(taken_id(kStart + 4s), "none");
    EXPECT_EQ(taken_id(kStart + 5s), "a");
    EXPECT_TRUE(tasks_.bury("a", "mine", kStart + 6s, "broken again", 10));
    EXPECT_EQ(tasks_.dead(10)[0].error, "broken again");
    EXPECT_FALSE(tasks_.replay("other", kStart));
    EXPECT_TRUE(tasks_.replay("a", kStart + 7s));
    EXPECT_EQ(take(kStart + 7s)->attempt, 1);
    tasks_.remove_done("a");
    EXPECT_EQ(tasks_.counts(), TaskCounts{});
}

TEST_P(TaskRepositoryTest, KeepsTheNewestOfTheDead) {
    for (int i = 0; i < 4; ++i) {
        const std::string id = std::to_string(i);
        add(id);
        take(kStart);
        tasks_.bury(id, "mine", kStart + i * 1s, "x", 2);
    }
    const auto dead = tasks_.dead(10);
    ASSERT_EQ(dead.size(), 2U);
    EXPECT_EQ(dead[0].task.id, "3");
    EXPECT_EQ(dead[1].task.id, "2");
    EXPECT_EQ(tasks_.dead(1).size(), 1U);
    EXPECT_TRUE(tasks_.discard("3"));
    EXPECT_FALSE(tasks_.discard("3"));
}

TEST_P(TaskRepositoryTest, WhatRanWhenTheProcessEndedCanBeFreed) {
    add("a");
    take(kStart);
    EXPECT_EQ(tasks_.give_back_all(kStart + 1s), 1);
    EXPECT_EQ(take(kStart + 1s)->attempt, 2) << "a task that kills its process must not do so for ever";
}

TEST_P(TaskRepositoryTest, RefusesMoreThanMayWait) {
    const Task task{.id = "a", .kind = "test", .payload = "{}", .created = kStart};
    tasks_.add(task, kStart, 1);
    try {
        tasks_.add({.id = "b", .kind = "test", .payload = "{}", .created = kStart}, kStart, 1);
        ADD_FAILURE() << "a second was accepted";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kOverloaded);
    }
}

TEST_P(TaskRepositoryTest, AScheduledTaskIsAddedOnceInEachInterval) {
    const auto add_if_due = [&](const std::string& name, const std::string& id, Timestamp now) {
        return tasks_.add_if_due(name, 1min, {.id = id, .kind = "test", .payload = "{}", .created = now}, now, 100);
    };
    EXPECT_EQ(add_if_due("x", "1", kStart), kStart + 1min);
    EXPECT_EQ(add_if_due("x", "2", kStart + 59s), kStart + 1min);
    EXPECT_EQ(tasks_.counts().queued, 1);
    EXPECT_EQ(add_if_due("x", "3", kStart + 61s), kStart + 121s);
    EXPECT_EQ(add_if_due("y", "4", kStart + 61s), kStart + 121s);
    EXPECT_EQ(tasks_.counts().queued, 3);
    // A clock that was turned back by a little, and by a lot.
    EXPECT_EQ(add_if_due("x", "5", kStart + 60s), kStart + 121s);
    EXPECT_EQ(add_if_due("x", "6", kStart - 24h), kStart - 24h + 1min);
    EXPECT_EQ(tasks_.counts().queued, 4);
}

}  // namespace
}  // namespace karmen::storage
