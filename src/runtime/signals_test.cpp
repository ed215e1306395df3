#include "runtime/signals.hpp"

#include "runtime/loop.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace karmen {
namespace {

TEST(TerminationSignals, OneThatCameBeforeTheWaitIsNotLost) {
    Loop loop;
    TerminationSignals signals(loop.executor());
    ASSERT_EQ(std::raise(SIGTERM), 0);
    EXPECT_EQ(loop.run_until_done(signals.next()), SIGTERM);
    ASSERT_EQ(std::raise(SIGINT), 0);
    EXPECT_EQ(loop.run_until_done(signals.next()), SIGINT);
}

}  // namespace
}  // namespace karmen
