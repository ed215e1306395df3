#include "base/error.hpp"
#include "runtime/sleep.hpp"
#include "tasks/test_queues.hpp"
#include "tasks/worker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace karmen::tasks {
namespace {

using namespace std::chrono_literals;

Awaitable<void> note(std::multiset<std::string>& done, Task task) {
    co_await sleep_for(1ms);
    done.insert(task.id);
}

/// Two workers on a Redis that fails in the middle.
class RedisFaultTest : public testing::Test {
  protected:
    using Fault = Awaitable<void> (RedisFaultTest::*)();

    void run(Fault fault) { loop_.run_until_done(between(queues_, around(fault))); }

    Awaitable<void> around(Fault fault) {
        Queue& queue = queues_.queue();
        Queue& other_queue = queues_.queue();
        Worker worker(loop_.executor(), queue, nobody_, handlers(), options(), log_);
        Worker other(loop_.executor(), other_queue, nobody_, handlers(), options(), log_);
        worker.start();
        other.start();
        co_await (this->*fault)();
        co_await until_done(queue);
        co_await worker.stop(1s);
        co_await other.stop(1s);
    }

    Handlers handlers() {
        return {{"note", {.run = [this](Task task, TaskReport&) { return note(done_, std::move(task)); }}}};
    }
    static WorkerOptions options() { return {.renew_interval = 10s, .queue_retry_min = 2ms, .queue_retry_max = 20ms}; }

    /// Adds as many as are accepted.
    Awaitable<void> add(int count) {
        Queue& queue = queues_.queue();
        for (int i = 0; i < count; ++i) {
            try {
                NewTask task{"note"};
                accepted_.insert(co_await queue.add(std::move(task)));
            } catch (const Error& error) {
                EXPECT_EQ(error.code(), ErrorCode::kServiceUnavailable);
                ++refused_;
            }
        }
    }

    Awaitable<void> until_done(Queue& queue) {
        co_await until([this] { return queues_.client().is_connected(); });
        for (const TestDeadline deadline; co_await queue.counts() != TaskCounts{};) co_await wait_a_little(deadline);
    }

    void expect_all_done() {
        for (const std::string& id : accepted_) EXPECT_GE(done_.count(id), 1U) << id;
    }

  public:
    Awaitable<void> kill_and_restart() {
        co_await add(50);
        server_.kill();
        co_await add(10);
        server_.start();
        co_await until([this] { return queues_.client().is_connected(); });
        co_await add(50);
    }

    Awaitable<void> hang() {
        co_await add(50);
        server_.pause();
        co_await add(10);
        server_.resume();
        co_await until([this] { return queues_.client().is_connected(); });
        co_await add(50);
    }

    Awaitable<void> restart_empty() {
        co_await add(5);
        co_await until_done(queues_.queue());
        server_.lose_everything();
        co_await until([this] { return !queues_.client().is_connected(); });
        server_.start();
        co_await until([this] { return queues_.client().is_connected(); });
        co_await add(5);
    }

    Awaitable<void> flush() {
        co_await add(5);
        co_await until_done(queues_.queue());
        redis::Arguments command{"FLUSHALL"};
        co_await queues_.client().command(std::move(command));
        co_await add(5);
    }

  protected:
    redis::TestServer server_;
    Loop loop_;
    Log log_ = Log::silent();
    TestWatcher nobody_;
    std::set<std::string> accepted_;
    std::multiset<std::string> done_;
    int refused_ = 0;
    QueueOptions queue_options_{.visibility_timeout = 300ms};
    TestRedisQueues queues_{loop_, queue_options_, server_.url()};
};

TEST_F(RedisFaultTest, NothingAcceptedIsLostWhenRedisIsKilled) {
    run(&RedisFaultTest::kill_and_restart);
    EXPECT_GE(accepted_.size(), 100U);
    EXPECT_EQ(refused_, 10);
    expect_all_done();
}

TEST_F(RedisFaultTest, NothingAcceptedIsLostWhenRedisHangs) {
    run(&RedisFaultTest::hang);
    EXPECT_EQ(refused_, 10);
    expect_all_done();
}

TEST_F(RedisFaultTest, AnEmptyRedisIsWorkedWithAgain) {
    run(&RedisFaultTest::restart_empty);
    EXPECT_EQ(accepted_.size(), 10U);
    expect_all_done();
}

TEST_F(RedisFaultTest, SoIsOneThatWasEmptiedWhileItWasWaitedFor) {
    run(&RedisFaultTest::flush);
    EXPECT_EQ(accepted_.size(), 10U);
    expect_all_done();
}

Awaitable<void> stop_with_a_task(TestRedisQueues& queues, const Clock& clock, Log& log) {
    RedisQueue queue(queues.client(), queues.prefix(), clock, quick_options(), log);
    NewTask task{"test"};
    co_await queue.add(std::move(task));
    const auto taken = co_await queue.take(10s);
    EXPECT_TRUE(taken);
    EXPECT_EQ(co_await queue.counts(), (TaskCounts{.running = 1}));
    co_await queue.stop();
    EXPECT_EQ(co_await queue.counts(), (TaskCounts{.queued = 1}));
}

TEST(RedisQueue, GivesBackAtItsEndWhatNobodyElseDoes) {
    Loop loop;
    Log log = Log::silent();
    const SystemClock clock;
    TestRedisQueues queues(loop, quick_options());
    loop.run_until_done(between(queues, stop_with_a_task(queues, clock, log)));
}

Awaitable<void> forget_consumers(TestRedisQueues& queues, const Clock& clock, Log& log) {
    RedisQueue idle(queues.client(), queues.prefix(), clock, quick_options(), log);
    RedisQueue busy(queues.client(), queues.prefix(), clock, quick_options(), log);
    for (RedisQueue* queue : {&idle, &busy}) {
        NewTask task{"test"};
        co_await queue->add(std::move(task));
        const auto taken = co_await queue->take(10s);
        if (queue == &idle) co_await queue->acknowledge(*taken);
    }
    const RedisKeys keys(queues.prefix());
    const RedisScripts scripts;
    const redis::Arguments names{keys.queue, keys.delayed, keys.dead};
    const redis::Reply too_early = co_await queues.client().run(scripts.forget_consumers, names, {"3600000"});
    EXPECT_EQ(too_early.integer(), 0);
    const redis::Reply forgotten = co_await queues.client().run(scripts.forget_consumers, names, {"-1"});
    EXPECT_EQ(forgotten.integer(), 1) << "to forget the other would lose its task";
    EXPECT_EQ(co_await busy.counts(), (TaskCounts{.running = 1}));
    co_await idle.start();
    co_await idle.stop();
    co_await busy.stop();
}

TEST(RedisQueue, ForgetsOnlyWorkersThatAreLongGoneAndHaveNoTask) {
    Loop loop;
    Log log = Log::silent();
    const SystemClock clock;
    TestRedisQueues queues(loop, quick_options());
    loop.run_until_done(between(queues, forget_consumers(queues, clock, log)));
}

Awaitable<void> fill(TestRedisQueues& queues) {
    redis::Arguments limit{"CONFIG", "SET", "maxmemory", "1mb"};
    co_await queues.client().command(std::move(limit));
    Queue& queue = queues.queue();
    std::optional<ErrorCode> code;
    for (int i = 0; i < 1000 && !code; ++i) {
        try {
            NewTask task{"test", std::string(60'000, 'x')};
            co_await queue.add(std::move(task));
        } catch (const Error& error) {
            code = error.code();
        }
    }
    EXPECT_EQ(code, ErrorCode::kServiceUnavailable);
}

TEST(RedisQueue, AFullRedisIsOneThatIsAway) {
    redis::TestServer server;
    Loop loop;
    TestRedisQueues queues(loop, quick_options(), server.url());
    loop.run_until_done(between(queues, fill(queues)));
}

}  // namespace
}  // namespace karmen::tasks
