#include "fake/faults.hpp"

#include <gtest/gtest.h>

namespace karmen::fake {
namespace {

TEST(Faults, AreReadFromTheCommandLine) {
    const auto plain = parse_fault("hang");
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->fault, Fault::kHang);
    EXPECT_EQ(plain->path, "");
    EXPECT_EQ(plain->count, std::nullopt);

    const auto full = parse_fault("slow=3000@/api/job*2");
    ASSERT_TRUE(full);
    EXPECT_EQ(full->fault, Fault::kSlow);
    EXPECT_EQ(full->amount, 3000);
    EXPECT_EQ(full->path, "/api/job");
    EXPECT_EQ(full->count, 2U);

    EXPECT_EQ(parse_fault("slow")->amount, 2000);
}

TEST(Faults, RefuseWhatTheyDoNotKnow) {
    for (const auto* text : {"", "sleep", "slow=", "slow=x", "slow=0", "hang@api", "hang*0", "hang*x", "hang "}) {
        EXPECT_FALSE(parse_fault(text)) << text;
    }
}

TEST(Faults, HaveNamesThatLeadBack) {
    for (const auto& row : kFaults) EXPECT_EQ(parse_fault(row.name)->fault, row.fault) << row.name;
}

TEST(FaultSwitch, TakesTheFirstThatFitsThePath) {
    FaultSwitch faults;
    faults.add(*parse_fault("slow=1@/api/job"));
    faults.add(*parse_fault("slow=2"));
    EXPECT_EQ(faults.take(Fault::kSlow, "/api/job")->amount, 1);
    EXPECT_EQ(faults.take(Fault::kSlow, "/api/printer")->amount, 2);
    EXPECT_FALSE(faults.take(Fault::kHang, "/api/job"));
}

TEST(FaultSwitch, CountsDown) {
    FaultSwitch faults;
    faults.add(*parse_fault("409*2"));
    EXPECT_TRUE(faults.take(Fault::kConflict, "/"));
    EXPECT_TRUE(faults.take(Fault::kConflict, "/"));
    EXPECT_FALSE(faults.take(Fault::kConflict, "/"));
    EXPECT_TRUE(faults.rules().empty());
}

}  // namespace
}  // namespace karmen::fake
