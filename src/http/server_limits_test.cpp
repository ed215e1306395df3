#include "http/server_fixture_test.hpp"

#include <gtest/gtest.h>

#include <stop_token>
#include <thread>
#include <vector>

namespace karmen::http {
namespace {

using namespace std::chrono_literals;

/// Long enough for every machine; a test that waits so long has failed.
constexpr auto kLong = 20s;

class ServerLimitsTest : public ServerTest {};

TEST_F(ServerLimitsTest, RefusesALargeHeader) {
    ServerOptions options = quick();
    options.header_bytes_max = 1000;
    start(std::move(options));
    const std::string start_line = "GET / HTTP/1.1\r\nX: ";
    EXPECT_EQ(ask(start_line + std::string(1000 - start_line.size() - 4, 'x') + "\r\n\r\n").status, 200U);
    RawClient client = connect();
    client.send(start_line + std::string(5000, 'x'));
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, 431U);
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(ServerLimitsTest, ASlowHeaderIsAnswered408) {
    ServerOptions options = quick();
    options.header_timeout = 30ms;
    start(std::move(options));
    RawClient client = connect();
    client.send("GET / HT");
    EXPECT_EQ(client.read_answer().status, 408U);
    EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(ServerLimitsTest, BytesThatTrickleDoNotProlongTheHeadersTime) {
    ServerOptions options = quick();
    options.header_timeout = 50ms;
    start(std::move(options));
    RawClient client = connect();
    client.send("GET / HTTP/1.1\r\n");
    std::jthread trickle([&client](const std::stop_token& stop) {
        while (!stop.stop_requested() && client.try_send("A: b\r\n")) std::this_thread::sleep_for(1ms);
    });
    EXPECT_EQ(client.read_answer().status, 408U);
}

TEST_F(ServerLimitsTest, AnIdleConnectionIsClosedWithoutAWord) {
    ServerOptions options = quick();
    options.keep_alive_timeout = 30ms;
    start(std::move(options));
    EXPECT_EQ(connect().read_to_end(), "");
    RawClient client = connect();
    client.send("GET / HTTP/1.1\r\n\r\n");
    EXPECT_EQ(client.read_answer().status, 200U);
    EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(ServerLimitsTest, ASlowBodyIsAnswered408) {
    ServerOptions options = quick();
    options.body_idle_timeout = 30ms;
    start(std::move(options));
    for (const char* framing : {"Content-Length: 100", "Transfer-Encoding: chunked"}) {
        RawClient client = connect();
        client.send("POST /upload HTTP/1.1\r\n" + std::string(framing) + "\r\n\r\n");
        const auto answer = client.read_answer();
        EXPECT_EQ(answer.status, 408U);
        EXPECT_EQ(answer.header("Connection"), "close");
        EXPECT_TRUE(body_refused_.try_acquire_for(kLong));
    }
}

TEST_F(ServerLimitsTest, ABodyThatTricklesIsTooSlowOnTheWhole) {
    ServerOptions options = quick();
    options.body_idle_timeout = 50ms;
    options.body_bytes_per_second_min = 1'000'000;
    start(std::move(options));
    RawClient client = connect();
    client.send("POST /upload HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n");
    std::jthread trickle([&client](const std::stop_token& stop) {
        while (!stop.stop_requested() && client.try_send("x")) std::this_thread::sleep_for(1ms);
    });
    EXPECT_EQ(client.read_answer().status, 408U);
}

TEST_F(ServerLimitsTest, AHandlerThatTakesTooLongIsCancelledAndAnswered503) {
    ServerOptions options = quick();
    options.handler_timeout = 30ms;
    start(std::move(options));
    RawClient client = connect();
    client.send("GET /wait HTTP/1.1\r\n\r\n");
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, 503U);
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_TRUE(handler_cancelled_.try_acquire_for(kLong));
}

TEST_F(ServerLimitsTest, AHandlersTimeBeginsAnewWithEveryPieceOfTheBody) {
    ServerOptions options = quick();
    options.handler_timeout = 100ms;
    start(std::move(options));
    RawClient client = connect();
    client.send("POST /upload HTTP/1.1\r\nContent-Length: 30\r\n\r\n");
    for (int i = 0; i < 30; ++i) {
        std::this_thread::sleep_for(10ms);
        client.send("x");
    }
    EXPECT_EQ(client.read_answer().status, 201U);
}

TEST_F(ServerLimitsTest, AHandlerIsCancelledWhenItsClientLeaves) {
    start();
    RawClient client = connect();
    client.send("GET /wait HTTP/1.1\r\n\r\nGET /pipelined HTTP/1.1\r\n\r\n");
    ASSERT_TRUE(handler_started_.try_acquire_for(kLong));
    client.shutdown_send();
    EXPECT_TRUE(handler_cancelled_.try_acquire_for(kLong));
    EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(ServerLimitsTest, AHandlerIsCancelledWhenItsClientResets) {
    start();
    RawClient client = connect();
    client.send("GET /wait HTTP/1.1\r\n\r\n");
    ASSERT_TRUE(handler_started_.try_acquire_for(kLong));
    client.reset();
    EXPECT_TRUE(handler_cancelled_.try_acquire_for(kLong));
}

TEST_F(ServerLimitsTest, PipelinedBytesAreNotTakenForALeave) {
    start();
    RawClient client = connect();
    client.send("GET /slow HTTP/1.1\r\n\r\n");
    ASSERT_TRUE(handler_started_.try_acquire_for(kLong));
    client.send("GET /next HTTP/1.1\r\n\r\n");
    EXPECT_EQ(client.read_answer().body, "finished");
    EXPECT_EQ(client.read_answer().body, "GET /next");
}

TEST_F(ServerLimitsTest, AStreamIsCancelledWhenItsClientLeaves) {
    start();
    RawClient client = connect();
    client.send("GET /silent HTTP/1.1\r\n\r\n");
    EXPECT_NE(client.read_until("hello\r\n"), "");
    ASSERT_TRUE(handler_started_.try_acquire_for(kLong));
    client.reset();
    EXPECT_TRUE(handler_cancelled_.try_acquire_for(kLong));
}

TEST_F(ServerLimitsTest, AClientThatTakesNothingIsClosed) {
    ServerOptions options = quick();
    options.write_idle_timeout = 30ms;
    start(std::move(options));
    RawClient client = connect();
    client.send("GET /endless HTTP/1.1\r\n\r\n");
    EXPECT_TRUE(handler_cancelled_.try_acquire_for(kLong));
    EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 200 "));
}

TEST_F(ServerLimitsTest, AboveTheConnectionLimitIsAnswered503) {
    ServerOptions options = quick();
    options.connections_max = 2;
    start(std::move(options));
    RawClient first = connect();
    RawClient second = connect();
    for (RawClient* client : {&first, &second}) {
        client->send("GET / HTTP/1.1\r\n\r\n");
        EXPECT_EQ(client->read_answer().status, 200U);
    }
    RawClient third = connect();
    const auto refused = third.read_answer();
    EXPECT_EQ(refused.status, 503U);
    EXPECT_TRUE(refused.header("Retry-After"));
    first.send("GET / HTTP/1.1\r\n\r\n");
    EXPECT_EQ(first.read_answer().status, 200U);
}

TEST_F(ServerLimitsTest, StopLetsARunningHandlerFinish) {
    start();
    RawClient idle = connect();
    RawClient client = connect();
    client.send("GET /slow HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\n\r\n");
    ASSERT_TRUE(handler_started_.try_acquire_for(kLong));
    std::thread reader([&] {
        const auto answer = client.read_answer();
        EXPECT_EQ(answer.body, "finished");
        EXPECT_EQ(answer.header("Connection"), "close");
        EXPECT_EQ(idle.read_to_end(), "");
        client.shutdown_send();
        EXPECT_EQ(client.read_to_end(), "");
    });
    stop(kLong);
    EXPECT_TRUE(handler_finished_.try_acquire());
    reader.join();
}

TEST_F(ServerLimitsTest, StopCancelsWhatDoesNotFinishInTime) {
    start();
    RawClient waiting = connect();
    waiting.send("GET /wait HTTP/1.1\r\n\r\n");
    ASSERT_TRUE(handler_started_.try_acquire_for(kLong));
    RawClient uploading = connect();
    uploading.send("POST /upload HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n");
    EXPECT_EQ(uploading.read_answer().status, 100U);
    RawClient header = connect();
    header.send("GET / HT");
    stop(20ms);
    EXPECT_TRUE(handler_cancelled_.try_acquire());
    EXPECT_EQ(waiting.read_to_end(), "");
    EXPECT_EQ(uploading.read_to_end(), "");
    EXPECT_EQ(header.read_to_end(), "");
}

TEST_F(ServerLimitsTest, ManyClientsThatComeAndGoLeaveNothingBehind) {
    start();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([this, t] {
            for (int i = 0; i < 50; ++i) {
                RawClient client = connect();
                client.send(i % 3 == 0 ? "GET /stream HTTP/1.1\r\n\r\n" : "GET /x HTTP/1.1\r\n\r\n");
                if (i % 2 == t % 2) {
                    client.reset();
                } else {
                    EXPECT_EQ(client.read_answer().status, 200U);
                }
            }
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(ask("GET / HTTP/1.1\r\n\r\n").status, 200U);
}

}  // namespace
}  // namespace karmen::http
