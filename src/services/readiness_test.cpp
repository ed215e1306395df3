#include "services/readiness.hpp"

#include "events/test_bench.hpp"
#include "runtime/event.hpp"

#include <gmock/gmock.h>

namespace karmen::services {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

Awaitable<void> is_well() {
    co_return;
}
Awaitable<void> is_broken() {
    throw Error(ErrorCode::kServiceUnavailable, PublicMessage{"out of paper"});
    co_return;
}
Awaitable<void> hang(Event& released, int& asked) {
    ++asked;
    // As an answer of a pool thread does, it comes whatever becomes of who asked.
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
    co_await released.wait();
}

Awaitable<std::vector<std::string>> problems_of(Readiness& readiness) {
    std::vector<std::string> problems;
    try {
        co_await readiness.require();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kNotReady);
        for (const FieldError& each : error.fields()) problems.push_back(each.pointer + ": " + each.message);
    }
    co_return problems;
}

class ReadinessTest : public events::ServiceTest {};

TEST_F(ReadinessTest, NamesWhatDoesNotWork) {
    Readiness readiness(loop.executor(), {{"one", is_well}, {"two", is_broken}, {"three", is_broken}}, 10s, log);
    EXPECT_THAT(run(problems_of(readiness)), ElementsAre("/two: out of paper", "/three: out of paper"));
    run(readiness.stop());
}

TEST_F(ReadinessTest, IsReadyWhenEverythingIs) {
    Readiness readiness(loop.executor(), {{"one", is_well}, {"two", is_well}}, 10s, log);
    EXPECT_THAT(run(problems_of(readiness)), IsEmpty());
    run(readiness.stop());
}

Awaitable<void> wait_for_nothing_that_hangs(Readiness& readiness, Event& released, int& asked) {
    for (int i = 0; i < 3; ++i) EXPECT_THAT(co_await problems_of(readiness), ElementsAre("/disk: does not answer"));
    EXPECT_EQ(asked, 1);
    released.set();
    while (!(co_await problems_of(readiness)).empty()) continue;
    EXPECT_THAT(co_await problems_of(readiness), IsEmpty());
    EXPECT_GT(asked, 1);
}

TEST_F(ReadinessTest, WaitsForNothingThatHangsAndAsksItOnce) {
    Event released(loop.executor());
    int asked = 0;
    Readiness readiness(loop.executor(), {{"disk", [&] { return hang(released, asked); }}, {"other", is_well}}, 5ms,
                        log);
    run(run_then_stop(wait_for_nothing_that_hangs(readiness, released, asked), readiness));
}

}  // namespace
}  // namespace karmen::services
