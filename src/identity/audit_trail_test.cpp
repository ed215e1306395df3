#include "identity/audit_trail.hpp"

#include "runtime/loop.hpp"
#include "storage/test_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace karmen::identity {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

class StillClock final : public Clock {
  public:
    Timestamp now() const override { return time; }
    Timestamp time{1764000000s};
};

class AuditTrailTest : public testing::Test {
  public:
    using Scenario = Awaitable<void> (*)(AuditTrailTest&);
    static Awaitable<void> play_and_stop(AuditTrailTest& test, Scenario scenario) {
        co_await scenario(test);
        co_await test.trail.stop();
    }
    void play(Scenario scenario) { loop.run_until_done(play_and_stop(*this, scenario)); }

    void refuse(const std::string& username) {
        trail.begin({.action = "login", .username = username, .address = "10.0.0.9", .result = "wrong_credentials"});
    }
    std::vector<std::pair<std::string, std::int64_t>> rows() {
        std::vector<std::pair<std::string, std::int64_t>> found;
        for (const AuditEntry& entry : entries.list({}).rows)
            found.emplace_back(entry.username.value_or(entry.address.value_or("")), entry.times);
        return found;
    }

    storage::TestDatabase database;
    storage::AuditRepository entries{*database};
    StillClock clock;
    Loop loop;
    Pool blocking{"blocking", 1, 1000};
    Log log = Log::silent();
    AuditTrail trail{
        loop.executor(), {entries, clock, blocking, log}, {.retention = 1h, .rows_max = 100, .refusals_max = 2}};
};

TEST_F(AuditTrailTest, HasTheRowOfWhatWasDoneBeforeItReturns) {
    play([](AuditTrailTest& test) -> Awaitable<void> {
        co_await test.trail.record({.action = "printer.remove", .username = "ann", .result = kAuditOk});
        EXPECT_THAT(test.rows(), ElementsAre(Pair("ann", 1)));
        EXPECT_EQ(test.entries.list({}).rows.front().time, test.clock.time);
    });
}

TEST_F(AuditTrailTest, CountsRefusalsOfOneKindInAMinute) {
    play([](AuditTrailTest& test) -> Awaitable<void> {
        for (int i = 0; i < 1000; ++i) test.refuse("ann");
        test.clock.time += 1min;
        test.refuse("ann");
        co_return;
    });
    EXPECT_THAT(rows(), UnorderedElementsAre(Pair("ann", 1000), Pair("ann", 1)));
}

TEST_F(AuditTrailTest, HasNoMoreRowsOfAMinuteThanItMayHoweverManyNamesAreTried) {
    play([](AuditTrailTest& test) -> Awaitable<void> {
        for (int i = 0; i < 1000; ++i) test.refuse("name " + std::to_string(i));
        co_return;
    });
    EXPECT_THAT(rows(), UnorderedElementsAre(Pair("name 0", 1), Pair("name 1", 1), Pair("(several)", 998)));
}

TEST_F(AuditTrailTest, CountsThoseThatAreTurnedAwayByAddressAlone) {
    testing::internal::CaptureStderr();
    Log shown(LogLevel::kInfo, LogFormat::kText);
    AuditTrail logged(loop.executor(), {entries, clock, blocking, shown}, {});
    for (int i = 0; i < 1000; ++i)
        for (const std::string address : {"10.0.0.8", "10.0.0.9"})
            logged.begin({.action = "login",
                          .username = "name " + std::to_string(i),
                          .address = address,
                          .result = i == 0 ? "wrong_credentials" : "too_many_requests"});
    loop.run_until_done(logged.stop());
    const std::string lines = testing::internal::GetCapturedStderr();
    EXPECT_THAT(lines, testing::HasSubstr("result=wrong_credentials address=10.0.0.9"));
    EXPECT_THAT(lines, testing::HasSubstr("result=too_many_requests address=10.0.0.9 user_uuid=\"\" username=\"\""));
    EXPECT_THAT(lines, testing::HasSubstr("result=too_many_requests address=10.0.0.9 more=998"));
    EXPECT_EQ(std::ranges::count(lines, '\n'), 6) << lines;
    EXPECT_THAT(rows(), UnorderedElementsAre(Pair("name 0", 1), Pair("name 0", 1), Pair("10.0.0.8", 999),
                                             Pair("10.0.0.9", 999)));
}

TEST_F(AuditTrailTest, NeverCountsWhatWasDone) {
    play([](AuditTrailTest& test) -> Awaitable<void> {
        for (int i = 0; i < 3; ++i)
            co_await test.trail.record({.action = "login", .username = "ann", .result = kAuditOk});
    });
    EXPECT_THAT(rows(), ElementsAre(Pair("ann", 1), Pair("ann", 1), Pair("ann", 1)));
}

TEST_F(AuditTrailTest, GoesOnWhenTheTableCannotBeWritten) {
    (*database).lease().run_script("DROP TABLE audit");
    play([](AuditTrailTest& test) -> Awaitable<void> {
        test.refuse("ann");
        test.refuse("ann");
        co_await test.trail.record({.action = "login", .username = "ann", .result = kAuditOk});
    });
    EXPECT_THROW(entries.list({}), Error);
}

TEST_F(AuditTrailTest, ForgetsWhatIsOlderThanTheRetention) {
    play([](AuditTrailTest& test) -> Awaitable<void> {
        co_await test.trail.record({.action = "login", .username = "old", .result = kAuditOk});
        test.clock.time += 40min;
        co_await test.trail.record({.action = "login", .username = "new", .result = kAuditOk});
        test.clock.time += 40min;
        co_await test.trail.clean();
    });
    EXPECT_THAT(rows(), ElementsAre(Pair("new", 1)));
}

}  // namespace
}  // namespace karmen::identity
