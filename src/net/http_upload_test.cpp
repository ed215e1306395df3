#include "base/error.hpp"
#include "net/http_client.hpp"
#include "net/temp_file.hpp"
#include "net/test_cancel.hpp"
#include "net/test_server.hpp"
#include "runtime/loop.hpp"
#include "runtime/task_group.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <latch>

namespace karmen::net {
namespace {

using namespace std::chrono_literals;
using testing::numbered_bytes;
using testing::ReceivedRequest;
using testing::temp_file;
using testing::TestConnection;
using testing::TestServer;
using Kind = HttpFailure::Kind;

HttpRequest upload_request(const std::string& url, std::string_view content, std::uint64_t size) {
    HttpRequest request;
    request.method = HttpMethod::kPost;
    request.url = url;
    request.total_timeout = 0ms;
    request.idle_timeout = 30'000ms;
    request.upload.emplace();
    request.upload->fields = {{"path", "karmen/a"}, {"print", "true"}};
    request.upload->filename = "part.gcode";
    request.upload->file = temp_file(content);
    request.upload->size = size;
    return request;
}

class HttpUploadTest : public ::testing::Test {
  protected:
    HttpResult send(HttpRequest request) { return loop_.run_until_done(client_.send(std::move(request))); }

    /// What a server gets that takes all of it.
    ReceivedRequest received_of(std::string_view content, std::string filename) {
        ReceivedRequest received;
        const TestServer server([&](TestConnection& connection) {
            received = connection.read_request();
            connection.answer(201, "{}");
        });
        HttpRequest request = upload_request(server.url("/api/files/local"), content, content.size());
        request.upload->filename = std::move(filename);
        const auto result = send(std::move(request));
        EXPECT_TRUE(result) << result.error().detail;
        if (result) EXPECT_EQ(result->status, 201);
        return received;
    }

    Loop loop_;
    Log log_ = Log::silent();
    Pool pool_{"blocking", 2, 100};
    HttpClient client_{loop_.executor(), pool_, {}, log_};
};

/// The body of a multipart request as RFC 7578 wants it of these parts; `file_header` of the last one.
std::string body_of(const ReceivedRequest& received, const std::string& file_header, std::string_view content) {
    const std::string type = received.header("Content-Type");
    const std::string boundary = "--" + type.substr(type.find("boundary=") + 9);
    return boundary + "\r\nContent-Disposition: form-data; name=\"path\"\r\n\r\nkarmen/a\r\n" + boundary +
           "\r\nContent-Disposition: form-data; name=\"print\"\r\n\r\ntrue\r\n" + boundary + "\r\n" + file_header +
           "\r\n\r\n" + std::string(content) + "\r\n" + boundary + "--\r\n";
}

constexpr std::string_view kFileType = "Content-Type: application/octet-stream";
constexpr std::string_view kFileDisposition = "Content-Disposition: form-data; name=\"file\"; ";

std::string expected_body(const ReceivedRequest& received, const std::string& filename, std::string_view content) {
    return body_of(received, fmt::format("{}filename=\"{}\"\r\n{}", kFileDisposition, filename, kFileType), content);
}

/// libcurl puts the type before a header of ours.
std::string expected_body_in_two_forms(const ReceivedRequest& received, std::string_view parameters) {
    return body_of(received, fmt::format("{}\r\n{}{}", kFileType, kFileDisposition, parameters), "x");
}

TEST_F(HttpUploadTest, SendsFieldsThenFileWithItsLength) {
    const auto received = received_of("G28\n", "part.gcode");
    EXPECT_EQ(received.line(), "POST /api/files/local");
    EXPECT_TRUE(received.header("Content-Type").starts_with("multipart/form-data; boundary="));
    EXPECT_EQ(received.header("Transfer-Encoding"), "");
    EXPECT_EQ(received.header("Expect"), "");
    EXPECT_EQ(received.body, expected_body(received, "part.gcode", "G28\n"));
}

TEST_F(HttpUploadTest, EmptyFile) {
    const auto received = received_of("", "empty.gcode");
    EXPECT_EQ(received.body, expected_body(received, "empty.gcode", ""));
}

TEST_F(HttpUploadTest, AFileNameCannotBreakOutOfItsHeader) {
    const std::string name = "a\"; name=\"path\"\r\nX: y\\ ";
    const std::string sent = "a%22; name=%22path%22%0D%0AX: y\\ ";
    const auto plain = received_of("x", name + ".gcode");
    EXPECT_EQ(plain.body, expected_body(plain, sent + ".gcode", "x"));
    const auto accented = received_of("x", name + "\xc3\xa9.gcode");
    EXPECT_EQ(accented.body, expected_body_in_two_forms(
                                 accented,
                                 "filename=\"a_; name=_path___X: y_ _.gcode\"; "
                                 "filename*=UTF-8''a%22%3B%20name%3D%22path%22%0D%0AX%3A%20y%5C%20%C3%A9.gcode"));
}

TEST_F(HttpUploadTest, ANameThatIsNotAsciiIsSentInTwoForms) {
    // U+00FC, U+9E1F, U+1F600: two, three and four bytes
    const auto received = received_of("x", "M\xc3\xbcll-\xe9\xb8\x9f\xf0\x9f\x98\x80~1.gcode");
    EXPECT_EQ(received.body,
              expected_body_in_two_forms(
                  received, "filename=\"M_ll-__~1.gcode\"; filename*=UTF-8''M%C3%BCll-%E9%B8%9F%F0%9F%98%80~1.gcode"));
}

TEST_F(HttpUploadTest, StreamsALargeFileWhole) {
    const std::string content = numbered_bytes(64 << 20);
    const auto received = received_of(content, "large.gcode");
    EXPECT_GT(received.body.size(), content.size());
    EXPECT_TRUE(received.body == expected_body(received, "large.gcode", content));
}

TEST_F(HttpUploadTest, StreamsToASlowReceiver) {
    const std::string content = numbered_bytes(16 << 20);
    ReceivedRequest received;
    const TestServer server([&](TestConnection& connection) {
        received = connection.read_head();
        const auto length = static_cast<std::size_t>(*parse_int(received.header("Content-Length")));
        for (std::size_t i = 0; received.body.size() < length; ++i) {
            const std::string more = connection.read_some(10'000);
            if (more.empty()) return;
            received.body += more;
            if (i % 8 == 0) std::this_thread::sleep_for(1ms);
        }
        connection.answer(201, "{}");
    });
    const auto result = send(upload_request(server.url(), content, content.size()));
    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_TRUE(received.body == expected_body(received, "part.gcode", content));
}

TEST_F(HttpUploadTest, BytesThatLeaveTheSendBufferAreNotSilence) {
    // The system's buffer takes the whole file at once. A receive window of 4 KiB then empties it at about 40 kB/s,
    // which takes longer than the silence that is allowed.
    const TestServer server([&](TestConnection& connection) {
        const int small = 4096;
        ::setsockopt(connection.native_handle(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        connection.read_request();
        connection.answer(201, "{}");
    });
    HttpRequest request = upload_request(server.url(), numbered_bytes(150'000), 150'000);
    request.idle_timeout = 1'500ms;
    const auto result = send(std::move(request));
    EXPECT_TRUE(result) << result.error().detail;
}

TEST_F(HttpUploadTest, AReceiverThatStopsReadingEndsByTheIdleTime) {
    const TestServer server([](TestConnection& connection) {
        connection.read_head();
        std::string byte(1, '\0');
        // Waits for the end without making room: an RST or FIN wakes the peek only after all bytes were read, so it
        // looks at the connection's error instead.
        while (::send(connection.native_handle(), "", 0, MSG_NOSIGNAL) == 0 &&
               ::recv(connection.native_handle(), byte.data(), 1, MSG_PEEK) == 1) {
            int error = 0;
            socklen_t length = sizeof error;
            ::getsockopt(connection.native_handle(), SOL_SOCKET, SO_ERROR, &error, &length);
            if (error != 0) return;
            std::this_thread::sleep_for(5ms);
        }
    });
    HttpRequest request = upload_request(server.url(), numbered_bytes(16 << 20), 16 << 20);
    request.idle_timeout = 100ms;
    const auto result = send(std::move(request));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Kind::kTimeout) << result.error().detail;
}

TEST_F(HttpUploadTest, AnAnswerMayTakeLongerThanSilenceWhileSending) {
    const TestServer server([](TestConnection& connection) {
        connection.read_request();
        std::this_thread::sleep_for(1'500ms);  // what the idle limit below would not have waited for
        connection.answer(201, "{}");
    });
    HttpRequest request = upload_request(server.url(), "G28\n", 4);
    request.idle_timeout = 1'000ms;
    request.answer_timeout = 60'000ms;
    const auto result = send(std::move(request));
    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_EQ(result->status, 201);
}

TEST_F(HttpUploadTest, AnAnswerThatNeverComesEndsAndTheFileMayHaveBeenTaken) {
    const TestServer server([](TestConnection& connection) {
        connection.read_request();
        connection.wait_for_close();
    });
    HttpRequest request = upload_request(server.url(), "G28\n", 4);
    request.idle_timeout = 1'000ms;
    request.answer_timeout = 1'500ms;
    const auto result = send(std::move(request));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Kind::kTimeout);
    EXPECT_EQ(result.error().detail, "silent for 1500 ms");
    EXPECT_TRUE(result.error().was_sent);
}

TEST_F(HttpUploadTest, TellsWhetherTheWholeFileHadGoneOut) {
    const TestServer takes_all([](TestConnection& connection) { connection.read_request(); });
    const auto silent = send(upload_request(takes_all.url(), "G28\n", 4));
    ASSERT_FALSE(silent);
    EXPECT_TRUE(silent.error().was_sent);
    const TestServer takes_little([](TestConnection& connection) { connection.read_head(); });
    const auto cut = send(upload_request(takes_little.url(), numbered_bytes(16 << 20), 16 << 20));
    ASSERT_FALSE(cut);
    EXPECT_FALSE(cut.error().was_sent);
    // An empty file is sent whole only when there was somebody to take it.
    const auto nobody = send(upload_request("http://" + testing::closed_host() + "/", "", 0));
    ASSERT_FALSE(nobody);
    EXPECT_FALSE(nobody.error().was_sent);
}

TEST_F(HttpUploadTest, AFileShorterThanToldFailsAndIsNeverSentWhole) {
    for (const std::size_t size : {10UL, 1'000'000UL}) {
        const std::string content = numbered_bytes(size);
        std::string tail;
        {
            const TestServer server([&](TestConnection& connection) { tail = connection.read_request().body; });
            const auto result = send(upload_request(server.url(), content, size + 1));
            ASSERT_FALSE(result);
            EXPECT_EQ(result.error().kind, Kind::kFile) << result.error().detail;
        }
        EXPECT_FALSE(tail.ends_with("--\r\n"));
    }
}

TEST_F(HttpUploadTest, SendsNoMoreThanToldOfAFileThatGrew) {
    ReceivedRequest received;
    const TestServer server([&](TestConnection& connection) {
        received = connection.read_request();
        connection.answer(201, "{}");
    });
    ASSERT_TRUE(send(upload_request(server.url(), "G28\nG29\n", 4)));
    EXPECT_EQ(received.body, expected_body(received, "part.gcode", "G28\n"));
}

TEST_F(HttpUploadTest, AnAnswerInMidUploadIsTheAnswer) {
    const std::string content = numbered_bytes(16 << 20);
    const TestServer server([](TestConnection& connection) {
        connection.read_head();
        connection.answer(403, R"({"error":"no"})", "Connection: close\r\n");
        connection.finish_writing();
        connection.wait_for_close();
    });
    const auto result = send(upload_request(server.url(), content, content.size()));
    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_EQ(result->status, 403);
    EXPECT_EQ(result->body, R"({"error":"no"})");
}

TEST_F(HttpUploadTest, AnAnswerInMidUploadThatIsFollowedByAReset) {
    const std::string content = numbered_bytes(16 << 20);
    for (int i = 0; i < 20; ++i) {
        // Closing with unread bytes sends RST, which may overtake the answer: both outcomes are right, hanging is not.
        const TestServer server([](TestConnection& connection) {
            connection.read_head();
            connection.answer(403, R"({"error":"no"})");
        });
        const auto result = send(upload_request(server.url(), content, content.size()));
        if (result)
            EXPECT_EQ(result->status, 403);
        else
            EXPECT_EQ(result.error().kind, Kind::kReset) << result.error().detail;
    }
}

Awaitable<void> upload_until_cancelled(HttpClient& client, std::string url, int& aborted) {
    static const std::string content = numbered_bytes(2 << 20);
    try {
        co_await client.send(upload_request(url, content, content.size()));
    } catch (const boost::system::system_error& error) {
        if (error.code() == boost::asio::error::operation_aborted) ++aborted;
        throw;
    }
}

TEST_F(HttpUploadTest, ACancelAtAnyMomentEndsIt) {
    const TestServer server([](TestConnection& connection) {
        connection.read_request();
        connection.wait_for_close();
    });
    for (int steps = 0; steps < 200; steps += 3) {
        TaskGroup group(loop_.executor(), log_, "test");
        int aborted = 0;
        group.spawn(upload_until_cancelled(client_, server.url(), aborted));
        loop_.run_until_done(cancel_after(group, steps));
        EXPECT_EQ(aborted, 1) << steps;
    }
    block_until([&server] { return server.open_connections() == 0; });
}

TEST_F(HttpUploadTest, AFullPoolIsAnErrorOfOurs) {
    std::latch release(1);
    Pool busy("busy", 1, 0);
    HttpClient client(loop_.executor(), busy, {}, log_);
    busy.reserve();
    busy.submit([&] { release.wait(); });
    const TestServer server([](TestConnection& connection) { connection.wait_for_close(); });
    EXPECT_THROW(loop_.run_until_done(client.send(upload_request(server.url(), "x", 1))), Error);
    release.count_down();
}

}  // namespace
}  // namespace karmen::net
