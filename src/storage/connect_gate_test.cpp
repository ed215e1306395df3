#include "storage/connect_gate.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace karmen::storage {
namespace {

using namespace std::chrono_literals;

Error down() {
    return {ErrorCode::kStorageUnavailable, PublicMessage{"down"}};
}

TEST(ConnectGate, GivesTheLastFailureWhileItIsYoung) {
    ConnectGate gate;
    int attempts = 0;
    const auto fail_slowly = [&]() -> int {
        ++attempts;
        std::this_thread::sleep_for(200ms);  // what the failure costs is what it is remembered for
        throw down();
    };
    EXPECT_THROW(gate.pass(fail_slowly), Error);
    EXPECT_THROW(gate.pass(fail_slowly), Error);
    EXPECT_EQ(attempts, 1);
}

TEST(ConnectGate, TriesAgainAtOnceWhatFailsAtOnce) {
    ConnectGate gate;
    EXPECT_THROW(gate.pass([]() -> int { throw down(); }), Error);
    std::this_thread::sleep_for(5ms);
    EXPECT_EQ(gate.pass([] { return 1; }), 1);
    EXPECT_EQ(gate.pass([] { return 2; }), 2);
}

TEST(ConnectGate, LetsOneAtATimeTryAfterAFailure) {
    ConnectGate gate;
    EXPECT_THROW(gate.pass([]() -> int { throw down(); }), Error);
    std::this_thread::sleep_for(5ms);
    const int result = gate.pass([&] {
        EXPECT_THROW(gate.pass([] { return 1; }), Error) << "somebody is trying already";
        return 2;
    });
    EXPECT_EQ(result, 2);
}

}  // namespace
}  // namespace karmen::storage
