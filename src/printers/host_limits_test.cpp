#include "printers/host_limits.hpp"

#include "runtime/loop.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace karmen::printers {
namespace {

TEST(HostLimits, OneUploadPerHostUntilItsVisitEnds) {
    Loop loop;
    HostLimits limits(loop.executor(), 2);
    auto first = std::make_unique<HostLimits::Visit>(limits, "10.0.0.1");
    HostLimits::Visit second(limits, "10.0.0.1");
    HostLimits::Visit elsewhere(limits, "10.0.0.2");
    EXPECT_TRUE(first->try_begin_upload());
    EXPECT_FALSE(second.try_begin_upload());
    EXPECT_TRUE(elsewhere.try_begin_upload());
    first.reset();
    EXPECT_TRUE(second.try_begin_upload());
}

TEST(HostLimits, KeepsNothingOfHostsThatNobodyTalksTo) {
    Loop loop;
    HostLimits limits(loop.executor(), 2);
    {
        const HostLimits::Visit a(limits, "10.0.0.1");
        const HostLimits::Visit b(limits, "10.0.0.1");
        const HostLimits::Visit c(limits, "10.0.0.2");
        EXPECT_EQ(limits.hosts(), 2U);
    }
    EXPECT_EQ(limits.hosts(), 0U);
}

}  // namespace
}  // namespace karmen::printers
