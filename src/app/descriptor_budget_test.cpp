#include "app/descriptor_budget.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>

namespace karmen::app {
namespace {

TEST(DescriptorBudget, IsWhatWasAskedForWhereThereIsPlenty) {
    for (const std::uint64_t limit : {std::uint64_t{1} << 20, std::uint64_t{RLIM_INFINITY}, std::uint64_t{10'148}}) {
        const auto budget = descriptor_budget(limit, 10'000, 48);
        EXPECT_EQ(budget.connections, 10'000U) << limit;
        EXPECT_EQ(budget.refusals, 100U) << limit;
    }
}

TEST(DescriptorBudget, LeavesTheReserveAlone) {
    for (const std::uint64_t limit : {64U, 100U, 256U, 1024U, 10'147U}) {
        const auto budget = descriptor_budget(limit, 10'000, 48);
        EXPECT_GE(budget.connections, 12U) << limit;
        EXPECT_GE(budget.refusals, 1U) << limit;
        EXPECT_LE(budget.connections + budget.refusals + 48, limit) << limit;
    }
}

TEST(DescriptorBudget, IsNeverNothing) {
    for (const std::uint64_t limit : {0U, 10U, 48U, 49U}) {
        const auto budget = descriptor_budget(limit, 10'000, 48);
        EXPECT_EQ(budget.connections, 3U) << limit;
        EXPECT_EQ(budget.refusals, 1U) << limit;
    }
}

}  // namespace
}  // namespace karmen::app
