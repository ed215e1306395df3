#include "fake/octoprint/app_keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen::fake {
namespace {

using namespace std::chrono_literals;
using Answer = AppKeys::Answer;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Timestamp kStart{1'764'000'000s};

TEST(AppKeys, AKeyIsGivenWhenSomebodyAllowsIt) {
    AppKeys keys;
    const std::string token = keys.request("Karmen", kStart);
    EXPECT_EQ(keys.poll(token, kStart + 1s).answer, Answer::kPending);
    EXPECT_THAT(keys.waiting(kStart + 1s), ElementsAre("Karmen"));
    const std::vector<std::string> given = keys.allow_all();
    const AppKeys::Decision decision = keys.poll(token, kStart + 2s);
    EXPECT_EQ(decision.answer, Answer::kGranted);
    EXPECT_THAT(given, ElementsAre(decision.api_key));
    EXPECT_THAT(keys.allow_all(), IsEmpty()) << "only what waits";
    EXPECT_THAT(keys.waiting(kStart + 2s), IsEmpty());
    EXPECT_EQ(keys.poll("another", kStart + 2s).answer, Answer::kGone);
}

TEST(AppKeys, WhatIsDeniedIsGone) {
    AppKeys keys;
    const std::string token = keys.request("Karmen", kStart);
    keys.deny_all();
    EXPECT_EQ(keys.poll(token, kStart).answer, Answer::kGone);
}

TEST(AppKeys, WhoDoesNotAskForFiveSecondsIsForgotten) {
    AppKeys keys;
    const std::string token = keys.request("Karmen", kStart);
    EXPECT_EQ(keys.poll(token, kStart + 5s).answer, Answer::kPending);
    EXPECT_EQ(keys.poll(token, kStart + 10s).answer, Answer::kPending);
    EXPECT_EQ(keys.poll(token, kStart + 15s + 1us).answer, Answer::kGone);
    const std::string other = keys.request("Karmen", kStart);
    keys.allow_all();
    EXPECT_EQ(keys.poll(other, kStart + 6s).answer, Answer::kGone) << "also if it was allowed";
}

}  // namespace
}  // namespace karmen::fake
