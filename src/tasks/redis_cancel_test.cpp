#include "runtime/event.hpp"
#include "runtime/task_group.hpp"
#include "tasks/test_queues.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string_view>

namespace karmen::tasks {
namespace {

namespace asio = boost::asio;
using Local = asio::local::stream_protocol;
using namespace std::chrono_literals;

/// Stands between a queue and Redis, and holds back its first read: a machine under load does the same.
class HoldingProxy {
  public:
    HoldingProxy(Loop& loop, Log& log, std::string server)
        : loop_(loop.executor()),
          server_(std::move(server)),
          path_(folder_.path() / "proxy.sock"),
          acceptor_(loop_, Local::endpoint(path_)),
          pumps_(loop_, log, "proxy"),
          released_(loop_) {
        pumps_.spawn(accept());
    }

    redis::Url url() const { return {.socket_path = path_}; }
    bool has_held() const { return has_held_; }
    void release() { released_.set(); }
    bool has_sent() const { return has_sent_; }

    Awaitable<void> stop() {
        pumps_.cancel();
        co_await pumps_.join();
    }

  private:
    struct Pair {
        explicit Pair(const Executor& loop) : client(loop), server(loop) {}
        Local::socket client;
        Local::socket server;
    };

    Awaitable<void> accept() {
        while (true) {
            const auto pair = std::make_shared<Pair>(loop_);
            co_await acceptor_.async_accept(pair->client, asio::use_awaitable);
            co_await pair->server.async_connect(Local::endpoint(server_), asio::use_awaitable);
            pumps_.spawn(pump_up(pair));
            pumps_.spawn(pump_down(pair));
        }
    }

    /// What was held is sent also when the sender has closed its side, as the operating system would do.
    Awaitable<void> pump_up(std::shared_ptr<Pair> pair) {
        std::array<char, 4096> bytes;
        while (true) {
            const auto size = co_await pair->client.async_read_some(asio::buffer(bytes), asio::use_awaitable);
            const bool is_read = std::string_view(bytes.data(), size).find("XREADGROUP") != std::string_view::npos;
            if (is_read && !has_held_) {
                has_held_ = true;
                co_await released_.wait();
            }
            boost::system::error_code error;  // Redis may have ended the connection by now
            asio::write(pair->server, asio::buffer(bytes, size), error);
            if (is_read) has_sent_ = true;
            if (error) co_return;
        }
    }

    Awaitable<void> pump_down(std::shared_ptr<Pair> pair) {
        std::array<char, 4096> bytes;
        while (true) {
            const auto size = co_await pair->server.async_read_some(asio::buffer(bytes), asio::use_awaitable);
            co_await asio::async_write(pair->client, asio::buffer(bytes, size), asio::use_awaitable);
        }
    }

    Executor loop_;
    std::string server_;
    storage::TemporaryFolder folder_;
    std::string path_;
    Local::acceptor acceptor_;
    TaskGroup pumps_;
    Event released_;
    bool has_held_ = false;
    bool has_sent_ = false;
};

Awaitable<void> take_until_cancelled(Queue& queue) {
    while (true) co_await queue.take(20s);
}

Awaitable<void> cancel_a_read(TestRedisQueues& queues, HoldingProxy& proxy, Log& log) {
    TaskGroup reading(co_await asio::this_coro::executor, log, "test");
    Queue& queue = queues.queue();
    reading.spawn(take_until_cancelled(queue));
    co_await until([&proxy] { return proxy.has_held(); });
    reading.cancel();
    co_await reading.join();
    NewTask task{"test"};
    co_await queue.add(std::move(task));
    proxy.release();
    co_await until([&proxy] { return proxy.has_sent(); });
    EXPECT_EQ(co_await queue.counts(), (TaskCounts{.queued = 1}));
    co_await proxy.stop();
}

TEST(RedisQueue, AReadThatWasCancelledTakesNothingAfterwards) {
    Loop loop;
    Log log = Log::silent();
    HoldingProxy proxy(loop, log, redis::shared_server().socket_path);
    TestRedisQueues queues(loop, quick_options(), proxy.url());
    loop.run_until_done(between(queues, cancel_a_read(queues, proxy, log)));
}

}  // namespace
}  // namespace karmen::tasks
