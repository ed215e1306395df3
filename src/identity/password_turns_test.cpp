#include "identity/password_turns.hpp"

#include "base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace karmen::identity {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using Id = PasswordTurns::Id;

constexpr Timestamp kNow{1764000000s};

/// Each turn ends before the next begins.
std::vector<Id> order_of(PasswordTurns& turns, Timestamp now = kNow) {
    std::vector<Id> order;
    while (const auto id = turns.begin_next(now)) {
        order.push_back(*id);
        turns.leave(*id);
    }
    return order;
}

std::optional<ErrorCode> refusal(PasswordTurns& turns, const std::string& network, const std::string& name) {
    try {
        turns.enter(network, name);
    } catch (const Error& error) {
        EXPECT_GT(error.retry_after_s(), 0);
        return error.code();
    }
    return std::nullopt;
}

TEST(PasswordTurns, NobodyWaitsAtFirst) {
    PasswordTurns turns({});
    EXPECT_EQ(turns.begin_next(kNow), std::nullopt);
}

TEST(PasswordTurns, NoMoreBeginThanThereAreWorkers) {
    PasswordTurns turns({.workers = 2});
    const Id a = turns.enter("a", "ann");
    const Id b = turns.enter("b", "bob");
    const Id c = turns.enter("c", "cid");
    EXPECT_EQ(turns.begin_next(kNow), a);
    EXPECT_EQ(turns.begin_next(kNow), b);
    EXPECT_EQ(turns.begin_next(kNow), std::nullopt);
    EXPECT_EQ(turns.running(), 2U);
    turns.leave(a);
    EXPECT_EQ(turns.begin_next(kNow), c);
    EXPECT_EQ(turns.waiting(), 0U);
}

TEST(PasswordTurns, NetworksTakeTurns) {
    PasswordTurns turns({});
    const Id a1 = turns.enter("a", "1");
    const Id a2 = turns.enter("a", "2");
    const Id a3 = turns.enter("a", "3");
    const Id b1 = turns.enter("b", "1");
    const Id b2 = turns.enter("b", "2");
    const Id c1 = turns.enter("c", "1");
    EXPECT_THAT(order_of(turns), ElementsAre(a1, b1, c1, a2, b2, a3));
}

TEST(PasswordTurns, NamesWithinANetworkTakeTurns) {
    PasswordTurns turns({});
    const Id a1 = turns.enter("office", "ann");
    const Id a2 = turns.enter("office", "ann");
    const Id a3 = turns.enter("office", "ann");
    const Id b1 = turns.enter("office", "bob");
    const Id elsewhere1 = turns.enter("home", "ann");
    const Id elsewhere2 = turns.enter("home", "bob");
    EXPECT_THAT(order_of(turns), ElementsAre(a1, elsewhere1, b1, elsewhere2, a2, a3));
}

TEST(PasswordTurns, TheSameNameElsewhereIsNotHeldBack) {
    PasswordTurns turns({});
    const Id flood = turns.enter("stranger", "ann");
    const Id more = turns.enter("stranger", "ann");
    const Id ann = turns.enter("home", "ann");
    const Id bob = turns.enter("home", "bob");
    EXPECT_EQ(turns.begin_next(kNow), flood);
    turns.leave(flood);
    EXPECT_EQ(turns.begin_next(kNow), ann);
    turns.leave(ann);
    EXPECT_EQ(turns.begin_next(kNow), more);
    turns.leave(more);
    EXPECT_EQ(turns.begin_next(kNow), bob);
}

TEST(PasswordTurns, WhoComesToAFloodWaitsForOneTurnOfItAtMost) {
    PasswordTurns turns({});
    for (int i = 0; i < 32; ++i) turns.enter("stranger", std::to_string(i));
    const Id honest = turns.enter("home", "ann");
    turns.leave(*turns.begin_next(kNow));
    EXPECT_EQ(turns.begin_next(kNow), honest);
}

TEST(PasswordTurns, NetworksThatHaveNotFailedGoFirst) {
    PasswordTurns turns({});
    for (const char* stranger : {"x", "y", "z"}) turns.note_failure(stranger, kNow);
    turns.enter("x", "1");
    turns.enter("y", "1");
    turns.enter("z", "1");
    const Id ann = turns.enter("home", "ann");
    const Id bob = turns.enter("home", "bob");
    EXPECT_EQ(turns.begin_next(kNow), ann);
    turns.leave(ann);
    EXPECT_EQ(turns.begin_next(kNow), bob);
}

TEST(PasswordTurns, OneWorkerIsKeptForThoseWhoHaveNotFailed) {
    PasswordTurns turns({.workers = 3});
    for (const char* stranger : {"x", "y", "z"}) {
        turns.note_failure(stranger, kNow);
        turns.enter(stranger, "1");
    }
    EXPECT_TRUE(turns.begin_next(kNow));
    EXPECT_TRUE(turns.begin_next(kNow));
    EXPECT_EQ(turns.begin_next(kNow), std::nullopt) << "one is kept";
    const Id ann = turns.enter("home", "ann");
    EXPECT_EQ(turns.begin_next(kNow), ann);
    turns.enter("home", "bob");
    EXPECT_EQ(turns.begin_next(kNow), std::nullopt);
    turns.leave(ann);
    EXPECT_TRUE(turns.begin_next(kNow));
}

TEST(PasswordTurns, TheOnlyWorkerWorksForAll) {
    PasswordTurns turns({.workers = 1});
    turns.note_failure("x", kNow);
    const Id only = turns.enter("x", "1");
    EXPECT_EQ(turns.begin_next(kNow), only);
}

TEST(PasswordTurns, AFailureIsForgottenAfterItsTime) {
    PasswordTurns turns({.workers = 2, .failure_memory = 5min});
    turns.note_failure("x", kNow);
    const Id first = turns.enter("x", "1");
    const Id second = turns.enter("x", "2");
    EXPECT_EQ(turns.begin_next(kNow + 5min - 1s), first);
    EXPECT_EQ(turns.begin_next(kNow + 5min - 1s), std::nullopt);
    EXPECT_EQ(turns.begin_next(kNow + 5min), second);
}

TEST(PasswordTurns, WhoGivesUpLeavesNothing) {
    PasswordTurns turns({});
    const Id first = turns.enter("a", "1");
    const Id second = turns.enter("a", "2");
    turns.leave(first);
    EXPECT_EQ(turns.begin_next(kNow), second);
    turns.leave(second);
    EXPECT_EQ(turns.waiting() + turns.running(), 0U);
    turns.leave(second);
    EXPECT_EQ(turns.begin_next(kNow), std::nullopt);
}

TEST(PasswordTurns, OfOneNetworkOnlySoManyWait) {
    PasswordTurns turns({.waiting_max = 10, .waiting_per_network_max = 2});
    const Id first = turns.enter("a", "1");
    turns.enter("a", "2");
    EXPECT_EQ(refusal(turns, "a", "3"), ErrorCode::kTooManyRequests);
    EXPECT_EQ(refusal(turns, "b", "1"), std::nullopt);
    EXPECT_EQ(turns.begin_next(kNow), first);
    EXPECT_EQ(refusal(turns, "a", "3"), std::nullopt) << "who runs does not wait";
}

TEST(PasswordTurns, OnlySoManyWaitAtAll) {
    PasswordTurns turns({.waiting_max = 3, .waiting_per_network_max = 2});
    for (const char* network : {"a", "b", "c"}) EXPECT_EQ(refusal(turns, network, "1"), std::nullopt);
    EXPECT_EQ(refusal(turns, "d", "1"), ErrorCode::kOverloaded);
    EXPECT_EQ(turns.waiting(), 3U);
}

TEST(PasswordTurns, RemembersOnlySoManyFailures) {
    PasswordTurns turns({.workers = 2, .failure_memory = 5min});
    turns.note_failure("first", kNow);
    for (std::size_t i = 0; i < PasswordTurns::kFailedMax; ++i)
        turns.note_failure(std::to_string(i), kNow + std::chrono::milliseconds(i + 1));
    turns.enter("first", "1");
    turns.enter("first", "2");
    EXPECT_TRUE(turns.begin_next(kNow));
    EXPECT_TRUE(turns.begin_next(kNow)) << "forgotten, so it may have both workers";
}

}  // namespace
}  // namespace karmen::identity
