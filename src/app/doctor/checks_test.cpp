#include "app/doctor/data_checks.hpp"
#include "app/doctor/system_checks.hpp"
#include "base/random.hpp"

#include <gtest/gtest.h>

namespace karmen::app::doctor {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kNoon{1764000000s};

TEST(CheckClock, IsNeverBehindTheProgramOrTheData) {
    EXPECT_EQ(check_clock(kNoon, kNoon - 1h, kNoon - 1s, Synchronisation::kYes).level, Level::kOk);
    EXPECT_EQ(check_clock(kNoon, kNoon + 1h, std::nullopt, Synchronisation::kYes).level, Level::kError);
    EXPECT_EQ(check_clock(kNoon, std::nullopt, kNoon + 1h, Synchronisation::kYes).level, Level::kError);
    EXPECT_EQ(check_clock(kNoon, kNoon + 1s, kNoon + 1s, Synchronisation::kYes).level, Level::kOk)
        << "machines differ by a little";
}

TEST(CheckClock, ShouldBeKeptRight) {
    EXPECT_EQ(check_clock(kNoon, std::nullopt, std::nullopt, Synchronisation::kNo).level, Level::kWarning);
    EXPECT_EQ(check_clock(kNoon, std::nullopt, std::nullopt, Synchronisation::kUnknown).level, Level::kOk);
}

TEST(CheckDescriptors, EveryConnectionTakesOne) {
    EXPECT_EQ(check_descriptors(1024, 10'000).level, Level::kWarning);
    EXPECT_EQ(check_descriptors(10'000, 10'000).level, Level::kWarning) << "other things take some too";
    EXPECT_EQ(check_descriptors(1 << 20, 10'000).level, Level::kOk);
}

TEST(IsGuessable, DrawnSecretsAreNot) {
    for (int i = 0; i < 1000; ++i) EXPECT_FALSE(is_guessable(random_hex(32)));
    EXPECT_TRUE(is_guessable(std::string(64, 'x')));
    EXPECT_TRUE(is_guessable("12341234123412341234123412341234"));
}

}  // namespace
}  // namespace karmen::app::doctor
