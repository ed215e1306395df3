#include "fleet/printer_locks.hpp"

#include "runtime/loop.hpp"

#include <gtest/gtest.h>

namespace karmen::fleet {
namespace {

TEST(LocalPrinterLocks, OneHolderForEachPrinter) {
    Loop loop;
    LocalPrinterLocks locks;
    auto first = loop.run_until_done(locks.try_lock("10.0.0.1"));
    EXPECT_NE(first, nullptr);
    EXPECT_EQ(loop.run_until_done(locks.try_lock("10.0.0.1")), nullptr);
    EXPECT_NE(loop.run_until_done(locks.try_lock("10.0.0.2")), nullptr);
    first.reset();
    EXPECT_NE(loop.run_until_done(locks.try_lock("10.0.0.1")), nullptr);
}

}  // namespace
}  // namespace karmen::fleet
