#include "fleet/check_pause.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace karmen::fleet {
namespace {

using namespace std::chrono_literals;

constexpr PrinterMonitorOptions kOptions{.check_interval = 30s, .check_interval_active = 2s, .backoff_max = 300s};

TEST(PauseAfter, IsShortWhileSomethingIsPrinted) {
    EXPECT_EQ(pause_after(kOptions, PrinterState::kOperational, 0), 30s);
    EXPECT_EQ(pause_after(kOptions, PrinterState::kPrinting, 0), 2s);
    EXPECT_EQ(pause_after(kOptions, PrinterState::kPaused, 0), 2s);
}

TEST(PauseAfter, DoublesWithEveryFailureUpToItsLimit) {
    const auto after = [](int failures) { return pause_after(kOptions, PrinterState::kNotResponding, failures); };
    EXPECT_EQ(after(1), 30s);
    EXPECT_EQ(after(2), 60s);
    EXPECT_EQ(after(4), 240s);
    EXPECT_EQ(after(5), 300s);
    EXPECT_EQ(after(std::numeric_limits<int>::max()), 300s);
}

TEST(PauseAfter, AFailureCountsMoreThanThePrintThatItInterrupts) {
    EXPECT_EQ(pause_after(kOptions, PrinterState::kPrinting, 3), 120s);
}

}  // namespace
}  // namespace karmen::fleet
