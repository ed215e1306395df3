#include "base/testing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(TestDeadline, SaysWhichLineWaitsInVain) {
    const TestDeadline deadline(std::source_location::current(), 0s);  // for the answer
    EXPECT_THAT([&] { deadline.check(); }, ThrowsMessage<std::runtime_error>(
                                               AllOf(HasSubstr("testing_test.cpp:"), HasSubstr("// for the answer"))));
}

TEST(TestDeadline, IsSilentBefore) {
    const TestDeadline deadline(std::source_location::current(), 24h);
    EXPECT_NO_THROW(deadline.check());
}

}  // namespace
}  // namespace karmen
