#include "net/http_client.hpp"

#include "net/test_cancel.hpp"
#include "net/test_server.hpp"
#include "runtime/loop.hpp"
#include "runtime/sleep.hpp"
#include "runtime/task_group.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <cstdlib>

namespace karmen::net {
namespace {

using namespace std::chrono_literals;
using testing::closed_host;
using testing::TestConnection;
using testing::TestServer;
using Kind = HttpFailure::Kind;

class HttpClientTest : public ::testing::Test {
  protected:
    HttpResult get(const std::string& url) {
        HttpRequest request;
        request.url = url;
        return send(std::move(request));
    }
    HttpResult send(HttpRequest request) { return loop_.run_until_done(client_.send(std::move(request))); }

    void expect_failure(TestServer::Script script, Kind kind) {
        const TestServer server(std::move(script));
        const auto result = get(server.url());
        ASSERT_FALSE(result) << "answered " << result->status << " " << result->body;
        EXPECT_EQ(to_string(result.error().kind), to_string(kind)) << result.error().detail;
        EXPECT_FALSE(result.error().detail.empty());
    }

    Loop loop_;
    Log log_ = Log::silent();
    Pool pool_{"blocking", 2, 100};
    HttpClient client_{loop_.executor(), pool_, {.connections_max = 150}, log_};
};

TEST_F(HttpClientTest, GivesStatusHeadersAndBody) {
    std::string head;
    const TestServer server([&](TestConnection& connection) {
        head = connection.read_request().head;
        connection.write("HTTP/1.1 418 Teapot\r\nX-One:  a b \r\nX-Two: 2\r\nContent-Length: 5\r\n\r\nhello");
    });
    HttpRequest request;
    request.url = server.url("/api/version?a=b");
    request.headers = {{"X-Api-Key", "secret"}, {"X-Empty", ""}};
    const auto result = send(std::move(request));
    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_EQ(result->status, 418);
    EXPECT_EQ(result->body, "hello");
    EXPECT_EQ(result->find("x-one"), "a b");
    EXPECT_EQ(result->find("X-TWO"), "2");
    EXPECT_EQ(result->find("X-Three"), "");
    EXPECT_TRUE(head.starts_with("GET /api/version?a=b HTTP/1.1\r\n")) << head;
    EXPECT_NE(head.find("X-Api-Key: secret\r\n"), std::string::npos) << head;
    EXPECT_NE(head.find("X-Empty:\r\n"), std::string::npos) << head;
    EXPECT_EQ(head.find("Accept-Encoding"), std::string::npos) << head;
}

TEST_F(HttpClientTest, SendsABodyWithItsLengthAndWithoutExpect) {
    testing::ReceivedRequest received;
    const TestServer server([&](TestConnection& connection) {
        received = connection.read_request();
        connection.answer(204, "");
    });
    HttpRequest request;
    request.method = HttpMethod::kPost;
    request.url = server.url("/api/job");
    request.body = std::string(5000, 'x') + std::string("\0y", 2);
    request.headers = {{"Content-Type", "application/json"}};
    const std::string body = request.body;
    const auto result = send(std::move(request));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->status, 204);
    EXPECT_EQ(received.line(), "POST /api/job");
    EXPECT_EQ(received.body, body);
    EXPECT_EQ(received.header("Content-Type"), "application/json");
    EXPECT_EQ(received.header("Expect"), "");
    EXPECT_EQ(received.header("Connection"), "close");
}

TEST_F(HttpClientTest, NobodyListening) {
    const std::string host = closed_host();
    const auto result = get("http://" + host + "/");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Kind::kConnect);
    // The same each time: nothing in it was measured.
    EXPECT_EQ(result.error().detail, "Failed to connect to 127.0.0.1 port " + host.substr(host.find(':') + 1) +
                                         ": Couldn't connect to server");
}

TEST_F(HttpClientTest, AcceptsAndCloses) {
    expect_failure([](TestConnection&) {}, Kind::kReset);
}

TEST_F(HttpClientTest, ResetsInMidBody) {
    expect_failure(
        [](TestConnection& connection) {
            connection.read_request();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf");
            connection.reset_at_close();
        },
        Kind::kReset);
}

TEST_F(HttpClientTest, ClosesBeforeTheBodyIsWhole) {
    expect_failure(
        [](TestConnection& connection) {
            connection.read_request();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf");
        },
        Kind::kReset);
}

TEST_F(HttpClientTest, AnswersWithoutStatusLineAsAStartingOctoPrintDoes) {
    expect_failure(
        [](TestConnection& connection) {
            connection.read_request();
            connection.write("Not found");
        },
        Kind::kProtocol);
}

TEST_F(HttpClientTest, AnswersGarbage) {
    expect_failure(
        [](TestConnection& connection) {
            connection.read_request();
            connection.write("\x16\x03\x01\xff\xfe garbage\r\n\r\n\r\n");
        },
        Kind::kProtocol);
}

TEST_F(HttpClientTest, BrokenChunks) {
    expect_failure(
        [](TestConnection& connection) {
            connection.read_request();
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello");
        },
        Kind::kReset);
}

TEST_F(HttpClientTest, AnswersMoreThanAllowed) {
    const std::string large((1 << 20) + 1, 'x');
    expect_failure(
        [&](TestConnection& connection) {
            connection.read_request();
            connection.answer(200, large);
        },
        Kind::kTooLarge);
    expect_failure(
        [&](TestConnection& connection) {
            connection.read_request();
            connection.write("HTTP/1.1 200 OK\r\n\r\n" + large);
            connection.wait_for_close();
        },
        Kind::kTooLarge);
}

TEST_F(HttpClientTest, TakesExactlyAsMuchAsAllowed) {
    const TestServer server([](TestConnection& connection) {
        connection.read_request();
        connection.answer(200, std::string(100, 'x'));
    });
    HttpRequest request;
    request.url = server.url();
    request.answer_bytes_max = 100;
    const auto result = send(std::move(request));
    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_EQ(result->body.size(), 100U);
}

TEST_F(HttpClientTest, HeadersWithoutEnd) {
    expect_failure(
        [](TestConnection& connection) {
            connection.read_request();
            connection.write("HTTP/1.1 200 OK\r\n");
            for (int i = 0; i < 10'000; ++i) connection.write("X-Header: 0123456789\r\n");
            connection.wait_for_close();
        },
        Kind::kTooLarge);
}

TEST_F(HttpClientTest, ContinueAnswersWithoutEnd) {
    expect_failure(
        [](TestConnection& connection) {
            connection.read_request();
            for (int i = 0; i < 10'000; ++i) connection.write("HTTP/1.1 100 Continue\r\n\r\n");
            connection.wait_for_close();
        },
        Kind::kTooLarge);
}

TEST_F(HttpClientTest, AHungServerCostsTheTimeLimitOnly) {
    const TestServer server([](TestConnection& connection) { connection.wait_for_close(); });
    HttpRequest request;
    request.url = server.url();
    request.total_timeout = 30ms;
    const auto result = send(std::move(request));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Kind::kTimeout);
    block_until([&server] { return server.open_connections() == 0; });  // closed on our side too
}

TEST_F(HttpClientTest, SlowDripsDoNotProlongTheTotalTime) {
    const TestServer server([](TestConnection& connection) {
        connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        std::string probe(1, '\0');
        while (::recv(connection.native_handle(), probe.data(), 1, MSG_DONTWAIT) != 0) {
            connection.write("x");
            std::this_thread::sleep_for(1ms);
        }
    });
    HttpRequest request;
    request.url = server.url();
    request.total_timeout = 50ms;
    const auto result = send(std::move(request));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Kind::kTimeout);
}

TEST_F(HttpClientTest, SilenceInMidBodyEndsByTheIdleTime) {
    const TestServer server([](TestConnection& connection) {
        connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx");
        connection.wait_for_close();
    });
    HttpRequest request;
    request.url = server.url();
    request.total_timeout = 0ms;
    request.idle_timeout = 30ms;
    const auto result = send(std::move(request));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Kind::kTimeout);
    EXPECT_NE(result.error().detail.find("silent"), std::string::npos);
}

TEST_F(HttpClientTest, MoreBodyThanSaidIsCutAndNotMistakenForTheNextAnswer) {
    const TestServer server([](TestConnection& connection) {
        while (!connection.read_request().head.empty())
            connection.write(
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
    });
    for (int i = 0; i < 3; ++i) {
        const auto result = get(server.url());
        ASSERT_TRUE(result) << result.error().detail;
        EXPECT_EQ(result->status, 200);
        EXPECT_EQ(result->body, "ok");
    }
}

TEST_F(HttpClientTest, GetsShareAConnectionAndPostsDoNot) {
    const TestServer server([](TestConnection& connection) {
        while (!connection.read_request().head.empty()) connection.answer(200, "{}");
    });
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(get(server.url()));
    EXPECT_EQ(server.connections(), 1U);
    HttpRequest post;
    post.method = HttpMethod::kPost;
    post.url = server.url();
    ASSERT_TRUE(send(std::move(post)));
    EXPECT_EQ(server.connections(), 2U);
}

/// What a GET meets on a connection that an earlier GET left open.
void answers_once_then(TestConnection& connection, bool resets) {
    connection.read_request();
    connection.answer(200, "first");
    if (connection.number > 0) return;
    connection.read_head();  // the second request comes, and gets no byte
    if (resets) connection.reset_at_close();
}

TEST_F(HttpClientTest, AGetIsAskedAgainWhenItsOldConnectionDiesWithoutAnAnswer) {
    for (const bool resets : {false, true}) {
        const TestServer server([resets](TestConnection& connection) { answers_once_then(connection, resets); });
        ASSERT_TRUE(get(server.url()));
        const auto second = get(server.url());
        ASSERT_TRUE(second) << second.error().detail << " after a reset: " << resets;
        EXPECT_EQ(second->body, "first");
        EXPECT_EQ(server.connections(), 2U);
    }
}

TEST_F(HttpClientTest, ServersThatCloseSilentlyAfterEachAnswer) {
    const TestServer server([](TestConnection& connection) {
        connection.read_request();
        connection.answer(200, "{}");
    });
    for (int i = 0; i < 200; ++i) {
        const auto result = get(server.url());
        ASSERT_TRUE(result) << i << ": " << result.error().detail;
    }
    EXPECT_EQ(server.connections(), 200U);
}

TEST_F(HttpClientTest, FollowsRedirectsOfTheSameServer) {
    const TestServer server([&](TestConnection& connection) {
        const auto request = connection.read_request();
        if (request.line() == "GET /a") connection.answer(302, "", "Location: /b\r\n");
        if (request.line() == "GET /b") connection.answer(200, "there");
    });
    const auto result = get(server.url("/a"));
    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_EQ(result->status, 200);
    EXPECT_EQ(result->body, "there");
}

TEST_F(HttpClientTest, DoesNotFollowARedirectToAnotherPort) {
    const TestServer other([](TestConnection& connection) { connection.answer(200, "there"); });
    const TestServer server([&](TestConnection& connection) {
        connection.read_request();
        connection.answer(302, "stays", "Location: " + other.url("/") + "\r\n");
    });
    const auto result = get(server.url());
    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_EQ(result->body, "stays");
    EXPECT_EQ(other.connections(), 0U);
}

TEST_F(HttpClientTest, DoesNotFollowRedirectsElsewhere) {
    for (const char* target : {"http://127.0.0.2/", "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/x",
                               "http://user:password@127.0.0.1/", "//127.0.0.2/", "http://127.0.0.1@127.0.0.2/"}) {
        const TestServer server([target](TestConnection& connection) {
            connection.read_request();
            connection.answer(302, "stays", "Location: " + std::string(target) + "\r\n");
        });
        const auto result = get(server.url());
        ASSERT_TRUE(result) << target << " " << result.error().detail;
        EXPECT_EQ(result->status, 302) << target;
        EXPECT_EQ(result->body, "stays") << target;
    }
}

TEST_F(HttpClientTest, StopsInACircleOfRedirects) {
    const TestServer server([](TestConnection& connection) {
        while (!connection.read_request().head.empty()) connection.answer(302, "", "Location: /\r\n");
    });
    const auto result = get(server.url());
    ASSERT_TRUE(result);
    EXPECT_EQ(result->status, 302);
}

TEST_F(HttpClientTest, APostIsNotRedirected) {
    const TestServer server([](TestConnection& connection) {
        connection.read_request();
        connection.answer(307, "", "Location: /other\r\n");
    });
    HttpRequest request;
    request.method = HttpMethod::kPost;
    request.url = server.url();
    request.body = "{}";
    const auto result = send(std::move(request));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->status, 307);
    EXPECT_EQ(server.connections(), 1U);
}

TEST_F(HttpClientTest, RefusesWhatWouldBeAnotherRequest) {
    for (const char* url : {"file:///etc/passwd", "gopher://127.0.0.1/", "", "http://127.0.0.1/ HTTP/1.1\r\nX: y"}) {
        const auto result = get(url);
        ASSERT_FALSE(result) << url;
        EXPECT_EQ(result.error().kind, Kind::kInvalidRequest) << url;
    }
    for (const char* key : {"a\r\nX-Other: b", "a\nb", "a\x01"}) {
        HttpRequest request;
        request.url = "http://127.0.0.1:1/";
        request.headers = {{"X-Api-Key", key}};
        const auto result = send(std::move(request));
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().kind, Kind::kInvalidRequest);
    }
}

TEST_F(HttpClientTest, IgnoresTheProxyOfTheEnvironment) {
    ::setenv("http_proxy", ("http://" + closed_host()).c_str(), 1);
    const TestServer server([](TestConnection& connection) {
        connection.read_request();
        connection.answer(200, "direct");
    });
    const auto result = get(server.url());
    ::unsetenv("http_proxy");
    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_EQ(result->body, "direct");
}

TEST_F(HttpClientTest, AnEncryptedRequestToAPlainServer) {
    const TestServer server([](TestConnection& connection) {
        connection.read_some();
        connection.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    });
    const auto result = get("https://" + server.host() + "/");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Kind::kTls) << result.error().detail;
}

Awaitable<void> get_and_count(HttpClient& client, std::string url, std::chrono::milliseconds limit, int& answered,
                              int& failed) {
    HttpRequest request;
    request.url = url;
    request.total_timeout = limit;
    const auto result = co_await client.send(std::move(request));
    ++(result ? answered : failed);
}

Awaitable<void> join(TaskGroup& group) {
    co_await group.join();
}

TEST_F(HttpClientTest, HungServersDoNotDelayTheOthers) {
    const TestServer live([](TestConnection& connection) {
        while (!connection.read_request().head.empty()) connection.answer(200, "{}");
    });
    const TestServer hung([](TestConnection& connection) { connection.wait_for_close(); });
    TaskGroup group(loop_.executor(), log_, "test");
    int answered = 0;
    int failed = 0;
    for (int i = 0; i < 100; ++i) {
        const bool hangs = i % 10 == 0;
        group.spawn(
            get_and_count(client_, hangs ? hung.url() : live.url(), hangs ? 300ms : 60'000ms, answered, failed));
    }
    loop_.run_until_done(join(group));
    EXPECT_EQ(answered, 90);
    EXPECT_EQ(failed, 10);
}

TEST_F(HttpClientTest, RequestsBeyondTheLimitOfConnectionsWaitForTheirTurn) {
    HttpClient narrow(loop_.executor(), pool_, {.connections_max = 2}, log_);
    const TestServer live([](TestConnection& connection) {
        connection.read_request();
        connection.answer(200, "{}");
    });
    const TestServer hung([](TestConnection& connection) { connection.wait_for_close(); });
    TaskGroup group(loop_.executor(), log_, "test");
    int answered = 0;
    int failed = 0;
    for (int i = 0; i < 2; ++i) group.spawn(get_and_count(narrow, hung.url(), 50ms, answered, failed));
    for (int i = 0; i < 20; ++i) group.spawn(get_and_count(narrow, live.url(), 60'000ms, answered, failed));
    loop_.run_until_done(join(group));
    EXPECT_EQ(answered, 20);
    EXPECT_EQ(failed, 2);
}

Awaitable<void> get_until_cancelled(HttpClient& client, std::string url, int& aborted) {
    try {
        HttpRequest request;
        request.url = url;
        request.total_timeout = 0ms;
        co_await client.send(std::move(request));
    } catch (const boost::system::system_error& error) {
        if (error.code() == boost::asio::error::operation_aborted) ++aborted;
        throw;
    }
}

TEST_F(HttpClientTest, ACancelAtAnyMomentEndsTheExchangeAndItsConnection) {
    const TestServer server([](TestConnection& connection) {
        connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx");
        connection.wait_for_close();
    });
    for (int steps = 0; steps < 60; ++steps) {
        TaskGroup group(loop_.executor(), log_, "test");
        int aborted = 0;
        for (int i = 0; i < 3; ++i) group.spawn(get_until_cancelled(client_, server.url(), aborted));
        loop_.run_until_done(cancel_after(group, steps));
        EXPECT_EQ(aborted, 3) << steps;
    }
    block_until([&server] { return server.open_connections() == 0; });
}

}  // namespace
}  // namespace karmen::net
