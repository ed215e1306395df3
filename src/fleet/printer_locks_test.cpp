#include "fleet/printer_locks.hpp"

#include "runtime/loop.hpp"

#include <gtest/gtest.h>

namespace karmen::fleet {
namespace {

TEST(LocalPrinterLocks, OneHolderForEachPrinter) {
    Loop loop;
    LocalPrinterLocks locks;
    const Uuid one = Uuid::random();
    auto first = loop.run_until_done(locks.try_lock(one));
    EXPECT_NE(first, nullptr);
    EXPECT_EQ(loop.run_until_done(locks.try_lock(one)), nullptr);
    EXPECT_NE(loop.run_until_done(locks.try_lock(Uuid::random())), nullptr);
    first.reset();
    EXPECT_NE(loop.run_until_done(locks.try_lock(one)), nullptr);
}

}  // namespace
}  // namespace karmen::fleet
