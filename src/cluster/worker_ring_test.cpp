#include "cluster/worker_ring.hpp"

#include "cluster/test_redis.hpp"

#include <gmock/gmock.h>

#include <map>

namespace karmen::cluster {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

std::vector<std::string> hosts(int count) {
    std::vector<std::string> result;
    for (int i = 0; i < count; ++i) result.push_back("10.0.0." + std::to_string(i));
    return result;
}

TEST(ShareOf, NobodyWithoutWorkers) {
    EXPECT_EQ(share_of({}, "10.0.0.1"), "");
}

TEST(ShareOf, IsAboutEqual) {
    std::map<std::string, int> shares;
    for (const std::string& host : hosts(1000)) ++shares[share_of({"a", "b", "c", "d"}, host)];
    EXPECT_EQ(shares.size(), 4U);
    for (const auto& [worker, count] : shares) EXPECT_NEAR(count, 250, 75) << worker;
}

TEST(ShareOf, OnlyTheShareOfTheOneThatLeavesMoves) {
    for (const std::string& host : hosts(1000)) {
        const std::string before = share_of({"a", "b", "c"}, host);
        const std::string after = share_of({"a", "b"}, host);
        EXPECT_NE(after, "c");
        if (before != "c") EXPECT_EQ(after, before) << host;
    }
}

class WorkerRingTest : public ClusterTest {
  public:
    std::unique_ptr<WorkerRing> ring(std::chrono::milliseconds lifetime = 10s) {
        return std::make_unique<WorkerRing>(
            loop.executor(), client, WorkerRingOptions{.key_prefix = prefix, .interval = 5ms, .lifetime = lifetime},
            [this] { ++changes; }, log);
    }

    int changes = 0;
};

Awaitable<void> share_out(WorkerRing& one, WorkerRing& other) {
    EXPECT_FALSE(one.looks_after("10.0.0.1"));
    one.start();
    co_await until([&] { return one.workers().size() == 1; });
    EXPECT_TRUE(one.looks_after("10.0.0.1"));
    other.start();
    co_await until([&] { return one.workers().size() == 2 && other.workers().size() == 2; });
    for (const std::string& host : hosts(100)) EXPECT_NE(one.looks_after(host), other.looks_after(host)) << host;
    co_await other.stop();
    co_await until([&] { return one.workers().size() == 1; });
    EXPECT_TRUE(one.looks_after("10.0.0.1"));
    co_await one.stop();
}

TEST_F(WorkerRingTest, EachPrinterHasOneWorker) {
    const auto one = ring();
    const auto other = ring();
    play(share_out(*one, *other));
    EXPECT_GE(changes, 4);
}

Awaitable<void> outlive(ClusterTest& t, WorkerRing& one) {
    // As a worker that was killed leaves it.
    redis::Arguments command{"ZADD", t.prefix + "workers", "1", "killed"};
    co_await t.command(std::move(command));
    one.start();
    co_await until([&] { return !one.workers().empty(); });
    EXPECT_THAT(one.workers(), ElementsAre(one.id()));
    co_await one.stop();
}

TEST_F(WorkerRingTest, OneThatGivesNoSignIsGone) {
    const auto one = ring();
    play(outlive(*this, *one));
}

Awaitable<void> lose_redis(ClusterTest& t, WorkerRing& one, WorkerRing& other) {
    one.start();
    other.start();
    co_await until([&] { return one.workers().size() == 2; });
    co_await t.client.stop();
    co_await sleep_for(20ms);
    EXPECT_THAT(one.workers(), UnorderedElementsAre(one.id(), other.id()));
    co_await one.stop();
    co_await other.stop();
}

TEST_F(WorkerRingTest, WithoutRedisTheSharesStay) {
    const auto one = ring();
    const auto other = ring();
    play(lose_redis(*this, *one, *other));
}

}  // namespace
}  // namespace karmen::cluster
