#include "redis/connection.hpp"

#include "runtime/loop.hpp"
#include "runtime/task_group.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace karmen::redis {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::ip::tcp;

/// A server that gives the same answer to everything.
Awaitable<void> answer_always(tcp::acceptor& acceptor, std::string answer) {
    tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    std::array<char, 1024> bytes;
    while (true) {
        co_await socket.async_read_some(asio::buffer(bytes), asio::use_awaitable);
        co_await asio::async_write(socket, asio::buffer(answer), asio::use_awaitable);
    }
}

class RedisConnectionTest : public testing::Test {
  protected:
    /// What becomes of `PING` to that server, which calls itself `host`.
    std::string ask(std::string host, std::string answer) {
        return loop_.run_until_done(scenario(std::move(host), std::move(answer)));
    }

    Awaitable<std::string> scenario(std::string host, std::string answer) {
        TaskGroup tasks(loop_.executor(), log_, "test");
        tcp::acceptor acceptor(loop_.executor(), tcp::endpoint(asio::ip::address_v4::loopback(), 0));
        tasks.spawn(answer_always(acceptor, std::move(answer)));
        const std::string result = co_await ping(std::move(host), acceptor.local_endpoint().port());
        tasks.cancel();
        co_await tasks.join();
        co_return result;
    }

    static Awaitable<std::string> ping(std::string host, std::uint16_t port) {
        try {
            ConnectionOptions options{.url = {.host = std::move(host), .port = port}};
            const auto connection = co_await Connection::open(options);
            const Reply reply = co_await connection->command({"PING"});
            co_return reply.text();
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::kServiceUnavailable);
            co_return error.detail();
        }
    }

    Loop loop_;
    Log log_ = Log::silent();
};

TEST_F(RedisConnectionTest, IsMadeToANameOrAnAddress) {
    EXPECT_EQ(ask("127.0.0.1", "+PONG\r\n"), "PONG");
    EXPECT_EQ(ask("localhost", "+PONG\r\n"), "PONG");
}

TEST_F(RedisConnectionTest, BreaksWhenTheServerIsNoRedis) {
    EXPECT_THAT(ask("127.0.0.1", "HTTP/1.1 400 Bad Request\r\n\r\n"), testing::HasSubstr("Protocol error"));
    EXPECT_THAT(ask("127.0.0.1", "+PONG\r\n+PONG\r\n+PONG\r\n"), testing::HasSubstr("nobody asked for"));
}

}  // namespace
}  // namespace karmen::redis
