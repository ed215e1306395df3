#include "services/login_throttle.hpp"

#include "base/error.hpp"
#include "services/test_clock.hpp"

#include <gtest/gtest.h>

namespace karmen::services {
namespace {

using namespace std::chrono_literals;

class LoginThrottleTest : public testing::Test {
  protected:
    void fail_times(int count) {
        for (int i = 0; i < count; ++i) throttle_.begin("ann", "10.0.0.1");
    }

    TurnableClock clock_;
    LoginThrottle throttle_{{.failures_slow = 5, .failures_max = 20, .window = 5min, .block = 15min}, clock_};
};

TEST_F(LoginThrottleTest, TheFirstFailuresCostNoTimeAndLaterOnesMore) {
    fail_times(4);
    EXPECT_EQ(throttle_.begin("ann", "10.0.0.1"), 0ms);
    const auto first = throttle_.begin("ann", "10.0.0.1");
    EXPECT_GT(first, 0ms);
    EXPECT_GT(throttle_.begin("ann", "10.0.0.1"), first);
}

TEST_F(LoginThrottleTest, StopsAfterTooManyUntilTheBlockIsOver) {
    fail_times(20);
    try {
        fail_times(1);
        ADD_FAILURE() << "a 21st was let through";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kTooManyRequests);
        EXPECT_EQ(error.retry_after_s(), 15 * 60);
    }
    clock_.advance(15min - 1s);
    EXPECT_THROW(fail_times(1), Error);
    clock_.advance(2s);
    EXPECT_EQ(throttle_.begin("ann", "10.0.0.1"), 0ms);
}

TEST_F(LoginThrottleTest, OtherUsersAndAddressesAreFree) {
    fail_times(20);
    EXPECT_EQ(throttle_.begin("ann", "10.0.0.2"), 0ms);
    EXPECT_EQ(throttle_.begin("bob", "10.0.0.1"), 0ms);
}

TEST_F(LoginThrottleTest, FailuresAgeAndASuccessForgetsThem) {
    fail_times(6);
    clock_.advance(5min + 1s);
    EXPECT_EQ(throttle_.begin("ann", "10.0.0.1"), 0ms);
    fail_times(6);
    throttle_.succeeded("ann", "10.0.0.1");
    EXPECT_EQ(throttle_.begin("ann", "10.0.0.1"), 0ms);
}

}  // namespace
}  // namespace karmen::services
