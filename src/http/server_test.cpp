#include "http/server.hpp"

#include "base/error.hpp"
#include "http/server_fixture_test.hpp"

#include <gtest/gtest.h>

namespace karmen::http {
namespace {

using namespace std::chrono_literals;

TEST_F(ServerTest, AnswersWithTheHeadersOfEveryResponse) {
    start();
    const auto answer = ask("GET /a?b=c HTTP/1.1\r\nHost: x\r\nX-Request-Id: my-id\r\n\r\n");
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.body, "GET /a?b=c");
    EXPECT_EQ(answer.header("Content-Length"), "10");
    EXPECT_EQ(answer.header("Content-Type"), "text/plain");
    EXPECT_EQ(answer.header("X-Request-Id"), "my-id");
    EXPECT_EQ(answer.header("X-Remote"), "127.0.0.1");
    EXPECT_EQ(answer.header("Server"), "karmen");
    EXPECT_TRUE(answer.header("Date").value_or("").ends_with("GMT"));
    EXPECT_EQ(answer.header("Connection"), std::nullopt);
}

TEST_F(ServerTest, NoHeaderValueCanEndItsLine) {
    start();
    const auto answer = ask("GET / HTTP/1.1\r\n\r\n");
    EXPECT_EQ(answer.header("X-Split"), "a  Injected: b");
    EXPECT_EQ(answer.header("Injected"), std::nullopt);
}

TEST_F(ServerTest, MakesItsOwnRequestIdWhenTheClientsIsStrange) {
    start();
    for (const std::string& strange : {std::string("a b"), std::string(65, 'a'), std::string("<x>")}) {
        const auto answer = ask("GET / HTTP/1.1\r\nX-Request-Id: " + strange + "\r\n\r\n");
        EXPECT_NE(answer.header("X-Request-Id"), strange);
        EXPECT_FALSE(answer.header("X-Request-Id").value_or("").empty());
    }
}

TEST_F(ServerTest, KeepsTheConnection) {
    start();
    RawClient client = connect();
    for (int i = 0; i < 3; ++i) {
        client.send("GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_EQ(client.read_answer().body, "GET /" + std::to_string(i));
    }
    client.send("GET /last HTTP/1.1\r\nConnection: close\r\n\r\n");
    const auto last = client.read_answer();
    EXPECT_EQ(last.header("Connection"), "close");
    EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
    start();
    RawClient client = connect();
    std::string requests;
    for (int i = 0; i < 50; ++i)
        requests += i % 2 == 0
                        ? "GET /" + std::to_string(i) + " HTTP/1.1\r\n\r\n"
                        : "POST /upload HTTP/1.1\r\nContent-Length: 2\r\n\r\n" + std::to_string(i + 10).substr(0, 2);
    client.send(requests);
    for (int i = 0; i < 50; ++i)
        EXPECT_EQ(client.read_answer().body,
                  i % 2 == 0 ? "GET /" + std::to_string(i) : "2:" + std::to_string(i + 10).substr(0, 2));
}

TEST_F(ServerTest, ReadsARequestThatComesInTwoPiecesCutAnywhere) {
    start();
    RawClient client = connect();
    const std::string request =
        "\r\nPOST /upload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5\r\nhello\r\n2\r\n, \r\n5\r\nworld\r\n0\r\nT: 1\r\n\r\n";
    for (std::size_t cut = 1; cut < request.size(); ++cut) {
        client.send(request.substr(0, cut));
        // Something else on another connection, so that the first piece was surely handled by itself.
        EXPECT_EQ(ask("GET / HTTP/1.1\r\n\r\n").status, 200U);
        client.send(request.substr(cut));
        EXPECT_EQ(client.read_answer().body, "12:hello, world") << cut;
    }
}

TEST_F(ServerTest, HeadHasTheHeadersOfGetAndNoBody) {
    start();
    RawClient client = connect();
    client.send("HEAD /abc HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\n\r\n");
    const auto head = client.read_answer(true);
    EXPECT_EQ(head.status, 200U);
    EXPECT_EQ(head.header("Content-Length"), "9");
    EXPECT_EQ(client.read_answer().body, "GET /next");
}

TEST_F(ServerTest, NoContentHasNeitherTypeNorLength) {
    start();
    RawClient client = connect();
    client.send("GET /empty HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\n\r\n");
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, 204U);
    EXPECT_EQ(answer.header("Content-Length"), std::nullopt);
    EXPECT_EQ(answer.header("Content-Type"), std::nullopt);
    EXPECT_EQ(client.read_answer().body, "GET /next");
}

TEST_F(ServerTest, SpeaksHttp10) {
    start();
    RawClient client = connect();
    client.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(client.read_answer().header("Connection"), "keep-alive");
    client.send("GET /b HTTP/1.0\r\n\r\n");
    EXPECT_EQ(client.read_answer().body, "GET /b");
    EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(ServerTest, AClientMayStopSendingAfterItsRequest) {
    start();
    RawClient client = connect();
    client.send("GET /a HTTP/1.1\r\n\r\n");
    client.shutdown_send();
    EXPECT_EQ(client.read_answer().body, "GET /a");
    EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(ServerTest, ErrorsBecomeProblemsWithoutTheirSecrets) {
    start();
    RawClient client = connect();
    client.send("GET /refuse HTTP/1.1\r\nX-Request-Id: r\r\n\r\n");
    const auto refused = client.read_answer();
    EXPECT_EQ(refused.status, 403U);
    EXPECT_EQ(refused.header("Content-Type"), "application/problem+json");
    EXPECT_NE(refused.body.find("\"request_id\":\"r\""), std::string::npos);
    client.send("GET /throw HTTP/1.1\r\n\r\n");
    const auto broken = client.read_answer();
    EXPECT_EQ(broken.status, 500U);
    for (const auto& body : {refused.body, broken.body}) EXPECT_EQ(body.find("secret"), std::string::npos);
    client.send("GET /next HTTP/1.1\r\n\r\n");
    EXPECT_EQ(client.read_answer().status, 200U);
}

TEST_F(ServerTest, EveryAnswerPassesTheLastHand) {
    ServerOptions options = quick();
    options.before_send = [](const Request&, Response& response) { response.headers.set("X-Seen", "yes"); };
    start(std::move(options));
    for (const char* request :
         {"GET / HTTP/1.1\r\n\r\n", "GET /refuse HTTP/1.1\r\n\r\n", "GET /%zz HTTP/1.1\r\n\r\n", "nonsense\r\n\r\n"})
        EXPECT_EQ(ask(request).header("X-Seen"), "yes") << request;
}

TEST_F(ServerTest, ABadAddressLeavesTheConnectionUsable) {
    start();
    RawClient client = connect();
    client.send("GET /%00 HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\n\r\n");
    EXPECT_EQ(client.read_answer().status, 400U);
    EXPECT_EQ(client.read_answer().body, "GET /next");
}

TEST_F(ServerTest, RefusesSmuggledRequestsAndCloses) {
    start();
    constexpr std::pair<const char*, unsigned> kRefused[] = {{"Content-Length: 5\r\nTransfer-Encoding: chunked", 400},
                                                             {"Content-Length: 5\r\nContent-Length: 6", 400},
                                                             {"Transfer-Encoding: gzip", 501},
                                                             {"A: b\r\n folded", 400},
                                                             {"A: b\nContent-Length: 5", 400}};
    for (const auto& [fields, status] : kRefused) {
        RawClient client = connect();
        client.send("POST /upload HTTP/1.1\r\n" + std::string(fields) + "\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n");
        const auto answer = client.read_answer();
        EXPECT_EQ(answer.status, status) << fields;
        EXPECT_EQ(answer.header("Connection"), "close");
        EXPECT_EQ(client.read_to_end(), "") << fields;
    }
}

TEST_F(ServerTest, BelievesOnlyTrustedProxies) {
    ServerOptions options = quick();
    options.trusted_proxies = {"127.0.0.1", "10.0.0.2"};
    start(std::move(options));
    const auto remote = [this](const std::string& chain) {
        return ask("GET / HTTP/1.1\r\nX-Forwarded-For: " + chain + "\r\n\r\n").header("X-Remote");
    };
    EXPECT_EQ(remote("1.1.1.1"), "1.1.1.1");
    EXPECT_EQ(remote("6.6.6.6, 1.1.1.1, 10.0.0.2"), "1.1.1.1");
    EXPECT_EQ(remote("::ffff:1.1.1.1"), "1.1.1.1");
    EXPECT_EQ(remote("[2001:DB8::0:1]:443, 10.0.0.2:80"), "2001:db8::1");
    EXPECT_EQ(remote("not an address"), "127.0.0.1");
    EXPECT_EQ(remote(""), "127.0.0.1");
    EXPECT_EQ(remote(std::string(100, 'x')), "127.0.0.1");
}

TEST_F(ServerTest, DoesNotBelieveStrangers) {
    start();
    EXPECT_EQ(ask("GET / HTTP/1.1\r\nX-Forwarded-For: 1.1.1.1\r\n\r\n").header("X-Remote"), "127.0.0.1");
}

TEST(Server, SaysWhereAndWhyItCannotListen) {
    Loop loop;
    Log log = Log::silent();
    Pool pool("files", 1, 1);
    const Handler none = [](Request&) -> Awaitable<Response> { co_return Response::no_content(); };
    const auto reason = [&](ServerOptions options) -> std::string {
        Server server(loop.executor(), std::move(options), none, pool, log);
        try {
            server.start();
        } catch (const Error& error) {
            return error.message();
        }
        return "it listens";
    };
    ServerOptions nowhere;
    nowhere.address = "not an address";
    EXPECT_TRUE(reason(nowhere).starts_with("Cannot listen on not an address port 0: ")) << reason(nowhere);
    ServerOptions foreign;
    foreign.address = "192.0.2.1";
    EXPECT_EQ(reason(foreign), "Cannot listen on 192.0.2.1 port 0: Cannot assign requested address");
}

TEST(Server, ListensOnIpv6) {
    Loop loop;
    Log log = Log::silent();
    Pool pool("files", 1, 1);
    ServerOptions options;
    options.address = "::1";
    Server server(loop.executor(), options, nullptr, pool, log);
    server.start();
    EXPECT_NE(server.port(), 0);
    loop.run_until_done(server.stop(0ms));
}

}  // namespace
}  // namespace karmen::http
