#include "http/server_fixture_test.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

namespace karmen::http {
namespace {

class ServerBodyTest : public ServerTest {};

std::string upload(std::string_view body, std::string_view path = "/upload", std::string_view fields = "") {
    return "POST " + std::string(path) + " HTTP/1.1\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(fields) + "\r\n" + std::string(body);
}

TEST_F(ServerBodyTest, ReadsABodyWithLength) {
    start();
    RawClient client = connect();
    const std::string body(300'000, 'x');
    client.send(upload(body) + upload("") + upload("abc"));
    EXPECT_EQ(client.read_answer().body, "300000:" + std::string(100, 'x'));
    EXPECT_EQ(client.read_answer().body, "0:");
    EXPECT_EQ(client.read_answer().body, "3:abc");
}

TEST_F(ServerBodyTest, ReadsAChunkedBody) {
    start();
    RawClient client = connect();
    std::string request = "POST /upload HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 20; ++i) request += "2710\r\n" + std::string(10'000, 'y') + "\r\n";
    client.send(request + "0\r\n\r\n" + upload("abc"));
    EXPECT_EQ(client.read_answer().body, "200000:" + std::string(100, 'y'));
    EXPECT_EQ(client.read_answer().body, "3:abc");
}

TEST_F(ServerBodyTest, RefusesABodyThatAnnouncesTooMuchWithoutReadingIt) {
    start();
    RawClient client = connect();
    client.send("POST /small-upload HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n");
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, 413U);
    EXPECT_EQ(answer.header("Connection"), "close");
    // It may go on sending for a while, so that it can finish and then read the answer.
    client.send(std::string(1'000'000, 'x'));
    client.shutdown_send();
    EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(ServerBodyTest, RefusesAChunkedBodyAboveTheLimit) {
    start();
    RawClient client = connect();
    client.send("POST /small-upload HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n123456\r\n6\r\n123456\r\n");
    EXPECT_EQ(client.read_answer().status, 413U);
    EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(ServerBodyTest, JsonIsTheLimitUntilAnotherIsSet) {
    ServerOptions options = quick();
    options.json_bytes_max = 5;
    start(std::move(options));
    EXPECT_EQ(ask(upload("12345")).status, 201U);
    EXPECT_EQ(ask(upload("123456")).status, 413U);
    EXPECT_EQ(ask(upload("123456", "/small-upload")).status, 201U);
}

TEST_F(ServerBodyTest, ASmallBodyThatNobodyReadDoesNotCostTheConnection) {
    start();
    RawClient client = connect();
    client.send(upload(std::string(60'000, 'x'), "/refuse") + upload("abc"));
    EXPECT_EQ(client.read_answer().status, 403U);
    EXPECT_EQ(client.read_answer().body, "3:abc");
    client.send("POST /refuse HTTP/1.1\r\nContent-Length: 70000\r\n\r\n");
    EXPECT_EQ(client.read_answer().header("Connection"), "close");
    client.shutdown_send();
    EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(ServerBodyTest, ABodyThatIsCutIsRefused) {
    start();
    RawClient client = connect();
    client.send("POST /upload HTTP/1.1\r\nContent-Length: 100\r\n\r\nabc");
    client.shutdown_send();
    EXPECT_EQ(client.read_answer().status, 400U);
    EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(ServerBodyTest, BrokenChunksAreRefused) {
    start();
    const std::string head = "POST /upload HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const std::string& bad :
         {std::string("zz\r\n"), "5;" + std::string(20'000, 'x'), std::string("1\r\nab\r\n0\r\n")}) {
        RawClient client = connect();
        client.send(head + bad);
        EXPECT_EQ(client.read_answer().status, 400U) << bad.substr(0, 10);
        EXPECT_EQ(client.read_to_end(), "");
    }
}

TEST_F(ServerBodyTest, ContinuesOnlyWhenTheBodyIsWanted) {
    start();
    RawClient client = connect();
    client.send("POST /upload HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n");
    EXPECT_EQ(client.read_answer().status, 100U);
    client.send("abc");
    EXPECT_EQ(client.read_answer().body, "3:abc");
    client.send("POST /refuse HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    const auto refused = client.read_answer();
    EXPECT_EQ(refused.status, 403U);
    EXPECT_EQ(refused.header("Connection"), "close");
}

TEST_F(ServerBodyTest, DoesNotContinueWhatHasComeOrIsTooLarge) {
    start();
    EXPECT_EQ(ask(upload("abc", "/upload", "Expect: 100-continue\r\n")).status, 201U);
    EXPECT_EQ(ask("POST /small-upload HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n").status, 413U);
    EXPECT_EQ(ask("POST /upload HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx").status, 201U);
}

TEST_F(ServerBodyTest, RefusesOtherExpectations) {
    start();
    EXPECT_EQ(ask(upload("abc", "/upload", "Expect: wonders\r\n")).status, 417U);
}

/// A file with contents that differ at every offset.
class ServerFileTest : public ServerTest {
  protected:
    ServerFileTest() {
        file_path_ = testing::TempDir() + "karmen_http_file_XXXXXX";
        ::close(::mkstemp(file_path_.data()));
        for (std::size_t i = 0; contents_.size() < 5'000'000; ++i) contents_ += std::to_string(i) + " ";
        std::ofstream(file_path_, std::ios::binary) << contents_;
    }
    ~ServerFileTest() override { std::remove(file_path_.c_str()); }

    std::string contents_;
};

TEST_F(ServerFileTest, SendsTheWholeFile) {
    start();
    RawClient client = connect();
    client.send("GET /file HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\n\r\n");
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.header("Content-Length"), std::to_string(contents_.size()));
    EXPECT_TRUE(answer.body == contents_);
    EXPECT_EQ(client.read_answer().body, "GET /next");
}

TEST_F(ServerFileTest, SendsARange) {
    start();
    const auto answer = ask("GET /file HTTP/1.1\r\nRange: bytes=1000001-3000000\r\n\r\n");
    EXPECT_EQ(answer.status, 206U);
    EXPECT_TRUE(answer.body == contents_.substr(1'000'001, 2'000'000));
}

TEST_F(ServerFileTest, HeadAndUnchangedFilesHaveNoBody) {
    start();
    RawClient client = connect();
    client.send("HEAD /file HTTP/1.1\r\n\r\nGET /file HTTP/1.1\r\nIf-None-Match: \"e\"\r\n\r\nGET /x HTTP/1.1\r\n\r\n");
    EXPECT_EQ(client.read_answer(true).header("Content-Length"), std::to_string(contents_.size()));
    const auto unchanged = client.read_answer();
    EXPECT_EQ(unchanged.status, 304U);
    EXPECT_EQ(unchanged.header("Content-Length"), std::nullopt);
    EXPECT_EQ(client.read_answer().body, "GET /x");
}

TEST_F(ServerFileTest, AnEmptyFileIsAnEmptyBody) {
    std::ofstream(file_path_, std::ios::trunc).close();
    start();
    const auto answer = ask("GET /file HTTP/1.1\r\n\r\n");
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.header("Content-Length"), "0");
}

TEST_F(ServerFileTest, AFileThatCannotBeReadIsAnError) {
    start();
    EXPECT_EQ(ask("GET /no-file HTTP/1.1\r\n\r\n").status, 500U);
}

TEST_F(ServerBodyTest, StreamsInChunks) {
    start();
    RawClient client = connect();
    client.send("GET /stream HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\n\r\n");
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.header("Transfer-Encoding"), "chunked");
    EXPECT_EQ(answer.header("Content-Length"), std::nullopt);
    EXPECT_EQ(answer.body, "one,two," + std::string(100'000, 'x'));
    EXPECT_EQ(client.read_answer().body, "GET /next");
}

TEST_F(ServerBodyTest, StreamsToTheEndOfTheConnectionForOldClients) {
    start();
    const auto answer = ask("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(answer.header("Transfer-Encoding"), std::nullopt);
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_EQ(answer.body, "one,two," + std::string(100'000, 'x'));
}

TEST_F(ServerBodyTest, AStreamThatFailsIsNotEndedAsIfWhole) {
    start();
    RawClient client = connect();
    client.send("GET /broken-stream HTTP/1.1\r\n\r\n");
    EXPECT_TRUE(client.read_to_end().ends_with("\r\n4\r\none,\r\n"));
}

}  // namespace
}  // namespace karmen::http
