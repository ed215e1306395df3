#include "domain/task.hpp"

#include <gtest/gtest.h>

#include <set>
#include <utility>

namespace karmen {
namespace {

TEST(TaskTransitions, NameNoStepTwiceAndLeaveNoStateWithoutAWayOut) {
    std::set<std::pair<TaskState, TaskEvent>> steps;
    std::set<TaskState> left;
    for (const TaskTransition& transition : kTaskTransitions) {
        EXPECT_TRUE(steps.emplace(transition.from, transition.event).second);
        left.insert(transition.from);
        EXPECT_EQ(next_state(transition.from, transition.event), transition.to);
    }
    EXPECT_EQ(left, (std::set{TaskState::kQueued, TaskState::kRunning, TaskState::kRetryWaiting, TaskState::kDead}))
        << "only what is done stays as it is";
}

TEST(TaskTransitions, WhatIsNotInTheTableDoesNotHappen) {
    EXPECT_EQ(next_state(TaskState::kQueued, TaskEvent::kSucceeded), std::nullopt);
    EXPECT_EQ(next_state(TaskState::kDone, TaskEvent::kReplayed), std::nullopt);
    EXPECT_EQ(next_state(TaskState::kRunning, TaskEvent::kDiscarded), std::nullopt);
}

}  // namespace
}  // namespace karmen
