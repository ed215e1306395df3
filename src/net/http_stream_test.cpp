#include "net/http_client.hpp"
#include "net/test_cancel.hpp"
#include "net/test_server.hpp"
#include "runtime/loop.hpp"
#include "runtime/sleep.hpp"
#include "runtime/task_group.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>
#include <vector>

namespace karmen::net {
namespace {

using namespace std::chrono_literals;
using testing::closed_host;
using testing::TestConnection;
using testing::TestServer;
using Kind = HttpFailure::Kind;

constexpr std::string_view kHead = "HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace\r\n\r\n";

HttpRequest request_to(const std::string& url) {
    HttpRequest request;
    request.url = url;
    request.total_timeout = 10s;
    request.idle_timeout = 10s;
    request.answer_bytes_max = 256 << 10;
    return request;
}

/// All that comes until the end; with `failure`, until that.
struct Everything {
    std::string bytes;
    std::optional<HttpFailure> failure;
};

Awaitable<Everything> read_all(HttpStream& stream) {
    Everything all;
    for (;;) {
        const auto bytes = co_await stream.read();
        if (!bytes) all.failure = bytes.error();
        if (!bytes || bytes->empty()) co_return all;
        all.bytes += *bytes;
    }
}

/// How an attempt to open a stream ended, and all that came. The loop runs as long as a stream is open, so that nothing
/// of it may be left.
struct Played {
    std::optional<HttpFailure> refusal;
    HttpResponse head;
    Everything all;
};

Awaitable<Played> play(HttpClient& client, HttpRequest request) {
    auto stream = co_await client.open(std::move(request));
    if (!stream) co_return Played{.refusal = stream.error()};
    co_return Played{.head = stream->head(), .all = co_await read_all(*stream)};
}

class HttpStreamTest : public ::testing::Test {
  protected:
    Played open(HttpRequest request) { return loop_.run_until_done(play(client_, std::move(request))); }

    /// From a server that sends this and closes.
    Everything all_of(std::string_view head, std::string_view body) {
        const TestServer server([&](TestConnection& connection) {
            connection.read_request();
            connection.write(head);
            connection.write(body);
        });
        const Played played = open(request_to(server.url()));
        EXPECT_FALSE(played.refusal) << played.refusal->detail;
        return played.all;
    }

    void expect_no_answer(TestServer::Script script, Kind kind, std::chrono::milliseconds total_timeout = 10s) {
        const TestServer server(std::move(script));
        HttpRequest request = request_to(server.url());
        request.total_timeout = total_timeout;
        expect_refusal(std::move(request), kind);
    }

    void expect_refusal(HttpRequest request, Kind kind) {
        const Played played = open(std::move(request));
        ASSERT_TRUE(played.refusal) << "answered " << played.head.status;
        EXPECT_EQ(to_string(played.refusal->kind), to_string(kind)) << played.refusal->detail;
    }

    Loop loop_;
    Log log_ = Log::silent();
    Pool pool_{"blocking", 1, 100};
    HttpClient client_{loop_.executor(), pool_, {.connections_max = 1, .streams_max = 20}, log_};
};

Awaitable<void> release_after_the_head(HttpClient& client, HttpRequest request, std::atomic<bool>& may_go_on) {
    auto stream = co_await client.open(std::move(request));
    EXPECT_TRUE(stream);
    if (!stream) co_return;
    EXPECT_EQ(stream->head().status, 200);
    EXPECT_EQ(stream->head().find("content-type"), "multipart/x-mixed-replace");
    may_go_on = true;
    const Everything all = co_await read_all(*stream);
    EXPECT_EQ(all.bytes, "body");
    EXPECT_FALSE(all.failure);
}

TEST_F(HttpStreamTest, GivesTheHeadBeforeTheBody) {
    std::atomic<bool> may_go_on = false;
    std::string asked;
    const TestServer server([&](TestConnection& connection) {
        asked = connection.read_request().line();
        connection.write("HTTP/1.1 100 Continue\r\n\r\n");
        connection.write(kHead);
        block_until([&may_go_on] { return may_go_on.load(); });
        connection.write("body");
    });
    loop_.run_until_done(release_after_the_head(client_, request_to(server.url("/webcam/?action=stream")), may_go_on));
    EXPECT_EQ(asked, "GET /webcam/?action=stream");
}

TEST_F(HttpStreamTest, GivesEveryByteOfEveryFraming) {
    const std::string large(3 << 20, 'x');
    EXPECT_EQ(all_of(kHead, large).bytes, large);
    EXPECT_EQ(all_of("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "abc").bytes, "abc");
    EXPECT_EQ(all_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n").bytes,
              "abc");
    EXPECT_EQ(all_of("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "").bytes, "");
    EXPECT_EQ(all_of("HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\n", "no").bytes, "no");
}

TEST_F(HttpStreamTest, GivesWhatCameBeforeTheStreamBreaksOff) {
    const Everything all = all_of("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "half");
    EXPECT_EQ(all.bytes, "half");
    ASSERT_TRUE(all.failure);
    EXPECT_EQ(all.failure->kind, Kind::kReset);
}

TEST_F(HttpStreamTest, IsNoStreamWithoutAnAnswer) {
    expect_no_answer([](TestConnection&) {}, Kind::kReset);
    expect_no_answer(
        [](TestConnection& connection) {
            connection.read_request();
            connection.write("garbage\r\n\r\n");
        },
        Kind::kProtocol);
    expect_no_answer(
        [](TestConnection& connection) {
            connection.read_request();
            connection.write("HTTP/1.1 200 OK\r\n");
            for (int i = 0; i < 100; ++i) connection.write("X: " + std::string(1000, 'x') + "\r\n");
        },
        Kind::kTooLarge);
    expect_refusal(request_to("http://" + closed_host() + "/"), Kind::kConnect);
    expect_refusal(request_to("ftp://127.0.0.1/"), Kind::kInvalidRequest);
}

TEST_F(HttpStreamTest, WaitsForTheHeadNoLongerThanItsTime) {
    expect_no_answer([](TestConnection& connection) { connection.wait_for_close(); }, Kind::kTimeout, 50ms);
}

TEST_F(HttpStreamTest, IsSilentNoLongerThanItsTime) {
    const TestServer server([&](TestConnection& connection) {
        connection.read_request();
        connection.write(std::string(kHead) + "a");
        connection.wait_for_close();
    });
    HttpRequest request = request_to(server.url());
    request.idle_timeout = 50ms;
    const Everything all = open(std::move(request)).all;
    EXPECT_EQ(all.bytes, "a");
    ASSERT_TRUE(all.failure);
    EXPECT_EQ(all.failure->kind, Kind::kTimeout);
}

// Much more than the socket buffers of both sides can hold.
constexpr std::size_t kPieceBytes = 64 << 10;
constexpr std::size_t kPieces = 1024;

Awaitable<void> read_when_the_server_waits(HttpClient& client, HttpRequest request,
                                           const std::atomic<std::size_t>& written) {
    auto stream = co_await client.open(std::move(request));
    EXPECT_TRUE(stream);
    if (!stream) co_return;
    std::size_t before = 0;
    do {
        before = written;
        co_await sleep_for(100ms);
    } while (written == 0 || written != before);
    EXPECT_LT(written, kPieces * kPieceBytes / 2);
    const Everything all = co_await read_all(*stream);
    EXPECT_EQ(all.bytes.size(), kPieces * kPieceBytes);
    EXPECT_FALSE(all.failure);
}

TEST_F(HttpStreamTest, MakesTheServerWaitForItsReader) {
    std::atomic<std::size_t> written = 0;
    const TestServer server([&](TestConnection& connection) {
        connection.read_request();
        connection.write(kHead);
        const std::string piece(kPieceBytes, 'x');
        for (std::size_t i = 0; i < kPieces; ++i) {
            connection.write(piece);
            written += piece.size();
        }
    });
    loop_.run_until_done(read_when_the_server_waits(client_, request_to(server.url()), written));
}

Awaitable<std::size_t> largest_read(HttpClient& client, HttpRequest request) {
    std::size_t largest = 0;
    auto stream = co_await client.open(std::move(request));
    EXPECT_TRUE(stream);
    if (!stream) co_return 0;
    for (auto bytes = co_await stream->read(); bytes && !bytes->empty(); bytes = co_await stream->read())
        largest = std::max(largest, bytes->size());
    co_return largest;
}

TEST_F(HttpStreamTest, GivesNoMoreAtOnceThanItMayHold) {
    constexpr std::size_t kBytesMax = 100 << 10;
    const TestServer server([&](TestConnection& connection) {
        connection.read_request();
        connection.write(kHead);
        connection.write(std::string(8 << 20, 'x'));
    });
    HttpRequest request = request_to(server.url());
    request.answer_bytes_max = kBytesMax;
    const std::size_t largest = loop_.run_until_done(largest_read(client_, std::move(request)));
    EXPECT_GT(largest, 0U);
    EXPECT_LE(largest, kBytesMax);
}

TEST_F(HttpStreamTest, IsOverForTheServerWhenItIsDestroyed) {
    std::atomic<bool> has_closed = false;
    const TestServer server([&](TestConnection& connection) {
        connection.read_request();
        connection.write(std::string(kHead) + "a");
        connection.wait_for_close();
        has_closed = true;
    });
    const auto open_and_leave = [](HttpClient& client, HttpRequest request) -> Awaitable<void> {
        auto stream = co_await client.open(std::move(request));
        EXPECT_TRUE(stream && co_await stream->read());
    };
    loop_.run_until_done(open_and_leave(client_, request_to(server.url())));
    block_until([&has_closed] { return has_closed.load(); });
}

Awaitable<void> ask_beside_streams(HttpClient& client, std::string stream_url, std::string url) {
    std::vector<HttpStream> streams;
    for (int i = 0; i < 10; ++i) {
        auto stream = co_await client.open(request_to(stream_url));
        EXPECT_TRUE(stream);
        if (stream) streams.push_back(std::move(*stream));
    }
    HttpRequest request;
    request.url = std::move(url);
    const auto answer = co_await client.send(std::move(request));
    EXPECT_TRUE(answer) << answer.error().detail;
}

TEST_F(HttpStreamTest, LeavesTheConnectionsOfRequestsAlone) {
    const TestServer server([&](TestConnection& connection) {
        if (connection.read_request().line() != "GET /stream") return connection.answer(200, "{}");
        connection.write(std::string(kHead) + "a");
        connection.wait_for_close();
    });
    loop_.run_until_done(ask_beside_streams(client_, server.url("/stream"), server.url("/api/version")));
}

TEST_F(HttpStreamTest, FollowsRedirectsOnItsHostOnly) {
    const std::string elsewhere = closed_host();
    const TestServer server([&](TestConnection& connection) {
        for (auto line = connection.read_request().line(); !line.empty(); line = connection.read_request().line()) {
            if (line == "GET /here") connection.answer(302, "moved", "Location: /there\r\n");
            if (line == "GET /there") connection.answer(200, "found");
            if (line == "GET /away") connection.answer(302, "moved", "Location: http://" + elsewhere + "/\r\n");
        }
    });
    const Played followed = open(request_to(server.url("/here")));
    EXPECT_EQ(followed.head.status, 200);
    EXPECT_EQ(followed.all.bytes, "found");
    EXPECT_EQ(open(request_to(server.url("/away"))).head.status, 302);
}

Awaitable<void> read_to_the_end(HttpClient& client, HttpRequest request) {
    auto stream = co_await client.open(std::move(request));
    if (stream) co_await read_all(*stream);
}

TEST_F(HttpStreamTest, CanBeCancelledAtAnyMoment) {
    const TestServer server([](TestConnection& connection) {
        connection.read_request();
        connection.write(kHead);
        connection.write(std::string(1 << 20, 'x'));
        connection.wait_for_close();
    });
    for (int steps = 0; steps < 60; ++steps) {
        TaskGroup group(loop_.executor(), log_, "streams");
        group.spawn(read_to_the_end(client_, request_to(server.url())));
        loop_.run_until_done(cancel_after(group, steps));
        EXPECT_EQ(group.size(), 0U);
    }
}

}  // namespace
}  // namespace karmen::net
