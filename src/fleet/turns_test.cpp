#include "fleet/turns.hpp"

#include "runtime/loop.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace karmen::fleet {
namespace {

using enum Turns::Expected;

class TurnsTest : public testing::Test {
  public:
    using TurnPtr = std::unique_ptr<Turns::Turn>;

    TurnPtr begin(Turns::Expected expected) { return std::make_unique<Turns::Turn>(turns, expected); }
    std::vector<TurnPtr> begin(Turns::Expected expected, int count) {
        std::vector<TurnPtr> all;
        for (int i = 0; i < count; ++i) all.push_back(begin(expected));
        return all;
    }

    Loop loop;
    Turns turns{loop.executor(), 4};
};

TEST_F(TurnsTest, HasSoManyPlacesAndGivesThemInOrder) {
    auto all = begin(kAnswer, 6);
    EXPECT_TRUE(all[3]->has_begun());
    EXPECT_FALSE(all[4]->has_begun());
    all[0].reset();
    EXPECT_TRUE(all[4]->has_begun());
    EXPECT_FALSE(all[5]->has_begun());
    EXPECT_EQ(turns.running(), 4U);
}

TEST_F(TurnsTest, SilentPrintersGetHalfOfThePlaces) {
    auto silent = begin(kSilence, 3);
    EXPECT_TRUE(silent[1]->has_begun());
    EXPECT_FALSE(silent[2]->has_begun());
    auto answering = begin(kAnswer, 3);
    EXPECT_TRUE(answering[1]->has_begun()) << "although a silent one has waited for longer";
    EXPECT_FALSE(answering[2]->has_begun());
    silent[0].reset();
    EXPECT_TRUE(silent[2]->has_begun());
}

TEST_F(TurnsTest, SilentPrintersGetTheirTurnInTheOrderOfAll) {
    auto running = begin(kAnswer, 4);
    const auto silent = begin(kSilence);
    const auto later = begin(kAnswer);
    running[0].reset();
    EXPECT_TRUE(silent->has_begun());
    EXPECT_FALSE(later->has_begun());
}

TEST_F(TurnsTest, WhoLeavesTheQueueIsPassedOver) {
    auto all = begin(kAnswer, 6);
    all[4].reset();
    all[0].reset();
    EXPECT_TRUE(all[5]->has_begun());
}

TEST_F(TurnsTest, WhoMustHurryTakesAPlaceMore) {
    auto all = begin(kAnswer, 6);
    all[5]->hurry();
    all[5]->hurry();
    EXPECT_TRUE(all[5]->has_begun());
    EXPECT_EQ(turns.running(), 5U);
    all[0].reset();
    EXPECT_FALSE(all[4]->has_begun()) << "there is one more than there are places";
    all[1].reset();
    EXPECT_TRUE(all[4]->has_begun());
}

TEST_F(TurnsTest, ThereIsAPlaceForEachKindAtLeast) {
    Turns few(loop.executor(), 1);
    const Turns::Turn silent(few, kSilence);
    const Turns::Turn answering(few, kAnswer);
    EXPECT_EQ(few.running(), 2U);
}

}  // namespace
}  // namespace karmen::fleet
