#include "runtime/pool.hpp"

#include "base/error.hpp"
#include "runtime/loop.hpp"

#include <gtest/gtest.h>

#include <latch>
#include <stdexcept>
#include <thread>

namespace karmen {
namespace {

Awaitable<bool> ran_elsewhere_and_came_back(Pool& pool) {
    const auto loop_thread = std::this_thread::get_id();
    const auto pool_thread = co_await offload(pool, [] { return std::this_thread::get_id(); });
    co_return pool_thread != loop_thread&& std::this_thread::get_id() == loop_thread;
}

TEST(Pool, LeavesTheLoopAndReturnsToIt) {
    Loop loop;
    Pool pool("test", 2, 10);
    EXPECT_TRUE(loop.run_until_done(ran_elsewhere_and_came_back(pool)));
}

Awaitable<void> throws_there(Pool& pool) {
    co_await offload(pool, [] { throw std::runtime_error("there"); });
}

TEST(Pool, CarriesExceptionsBack) {
    Loop loop;
    Pool pool("test", 1, 10);
    EXPECT_THROW(loop.run_until_done(throws_there(pool)), std::runtime_error);
}

Awaitable<int> takes_a_place(Pool& pool) {
    co_return co_await offload(pool, [] { return 1; });
}

TEST(Pool, RefusesMoreThanItsQueueHolds) {
    Loop loop;
    std::latch release(1);
    Pool pool("test", 1, 2);
    for (int i = 0; i < 3; ++i) {  // one that runs, two that wait
        pool.reserve();
        pool.submit([&release] { release.wait(); });
    }
    EXPECT_EQ(pool.unfinished(), 3U);
    try {
        loop.run_until_done(takes_a_place(pool));
        ADD_FAILURE() << "a fourth was accepted";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kOverloaded);
        EXPECT_GT(error.retry_after_s(), 0);
    }
    release.count_down();
}

TEST(Pool, FinishesWhatWasAcceptedBeforeItEnds) {
    std::atomic<int> done = 0;
    {
        Pool pool("test", 2, 100);
        for (int i = 0; i < 100; ++i) {
            pool.reserve();
            pool.submit([&done] { ++done; });
        }
    }
    EXPECT_EQ(done, 100);
}

}  // namespace
}  // namespace karmen
