#include "cluster/redis_printer_locks.hpp"

#include "cluster/test_redis.hpp"

namespace karmen::cluster {
namespace {

using namespace std::chrono_literals;

const Uuid kPrinter = Uuid::random();
const Uuid kOther = Uuid::random();

class RedisPrinterLocksTest : public ClusterTest {
  public:
    using Scenario = Awaitable<void> (*)(RedisPrinterLocksTest&);
    void play(Scenario scenario) { ClusterTest::play(scenario(*this)); }

    Awaitable<void> stop() override {
        co_await one.stop();
        co_await other.stop();
        co_await ClusterTest::stop();
    }

    Awaitable<bool> is_free(Uuid printer) { co_return co_await other.try_lock(printer) != nullptr; }

    RedisPrinterLocks one{loop.executor(), client, prefix, 60ms, log};
    RedisPrinterLocks other{loop.executor(), client, prefix, 60ms, log};
};

using Self = RedisPrinterLocksTest;

TEST_F(RedisPrinterLocksTest, OneHolderInAllProcesses) {
    play([](Self& t) -> Awaitable<void> {
        const auto lock = co_await t.one.try_lock(kPrinter);
        EXPECT_NE(lock, nullptr);
        EXPECT_FALSE(co_await t.is_free(kPrinter));
        EXPECT_TRUE(co_await t.is_free(kOther));
    });
}

TEST_F(RedisPrinterLocksTest, IsFreeAgainWhenReleased) {
    play([](Self& t) -> Awaitable<void> {
        // A Redis that has not seen the script is told of it after a first try: then others may be quicker.
        co_await t.one.try_lock(kOther);
        while (!co_await t.is_free(kOther)) continue;
        co_await t.one.try_lock(kPrinter);
        EXPECT_TRUE(co_await t.is_free(kPrinter));
    });
}

TEST_F(RedisPrinterLocksTest, IsRenewedWhileItIsHeld) {
    play([](Self& t) -> Awaitable<void> {
        const auto lock = co_await t.one.try_lock(kPrinter);
        const auto expiry = [&t]() -> Awaitable<std::int64_t> {
            redis::Arguments command{"PEXPIRETIME", t.prefix + "printer-lock:" + kPrinter.to_string()};
            co_return (co_await t.command(std::move(command))).integer();
        };
        const std::int64_t first = co_await expiry();
        std::int64_t later = first;
        while (later == first) later = co_await expiry();
        EXPECT_GT(later, first);
    });
}

TEST_F(RedisPrinterLocksTest, OneThatWasLostIsNotTakenFromItsNewHolder) {
    play([](Self& t) -> Awaitable<void> {
        auto lost = co_await t.one.try_lock(kPrinter);
        redis::Arguments command{"DEL", t.prefix + "printer-lock:" + kPrinter.to_string()};
        co_await t.command(std::move(command));
        const auto taken = co_await t.other.try_lock(kPrinter);
        EXPECT_NE(taken, nullptr);
        lost.reset();
        EXPECT_EQ(co_await t.one.try_lock(kPrinter), nullptr);
    });
}

TEST_F(RedisPrinterLocksTest, WithoutRedisNobodyCanKnow) {
    play([](Self& t) -> Awaitable<void> {
        co_await t.client.stop();
        EXPECT_EQ(co_await code_of(t.one.try_lock(kPrinter)), ErrorCode::kServiceUnavailable);
    });
}

}  // namespace
}  // namespace karmen::cluster
