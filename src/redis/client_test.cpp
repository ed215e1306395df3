#include "redis/client.hpp"

#include "base/random.hpp"
#include "redis/test_server.hpp"
#include "runtime/loop.hpp"
#include "runtime/sleep.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace karmen::redis {
namespace {

using namespace std::chrono_literals;

class RedisClientTest : public testing::Test {
  protected:
    /// Runs it between start() and stop().
    void run(Client& client, Awaitable<void> scenario) { loop_.run_until_done(around(client, std::move(scenario))); }

    static Awaitable<void> around(Client& client, Awaitable<void> scenario) {
        co_await client.start();
        std::exception_ptr failure;
        try {
            co_await std::move(scenario);
        } catch (...) {
            failure = std::current_exception();
        }
        co_await client.stop();
        if (failure) std::rethrow_exception(failure);
    }

    Loop loop_;
    Log log_ = Log::silent();
    std::string key_ = "test:" + random_hex(8);
};

Awaitable<Reply> send(Client& client, Arguments arguments) {
    co_return co_await client.command(std::move(arguments));
}

Awaitable<std::optional<ErrorCode>> failure_of(Client& client, Arguments arguments) {
    try {
        co_await client.command(std::move(arguments));
    } catch (const Error& error) {
        EXPECT_GT(error.retry_after_s(), 0);
        co_return error.code();
    }
    co_return std::nullopt;
}

Awaitable<void> use_every_kind_of_answer(Client& client, std::string key) {
    const std::string bytes("\0a\r\n\xff", 5);
    EXPECT_EQ((co_await send(client, {"SET", key, bytes})).text(), "OK");
    EXPECT_EQ((co_await send(client, {"GET", key})).text(), bytes);
    EXPECT_TRUE((co_await send(client, {"GET", key + ":none"})).is_null());
    EXPECT_EQ((co_await send(client, {"DEL", key})).integer(), 1);
    EXPECT_EQ((co_await send(client, {"RPUSH", key, "a", "b"})).integer(), 2);
    EXPECT_EQ((co_await send(client, {"LRANGE", key, "0", "-1"})).array().size(), 2U);
    std::string word;
    try {
        co_await send(client, {"INCR", key});
    } catch (const CommandError& error) {
        word = error.word();
    }
    EXPECT_EQ(word, "WRONGTYPE");
    EXPECT_TRUE(client.is_connected());
    co_await send(client, {"DEL", key});
}

TEST_F(RedisClientTest, GivesTheAnswersOfRedis) {
    Client client(loop_.executor(), quick(shared_server()), log_);
    run(client, use_every_kind_of_answer(client, key_));
}

Awaitable<void> echo(Client& client, std::string text, int& right) {
    const Reply reply = co_await send(client, {"ECHO", text});
    right += reply.text() == text ? 1 : 0;
}

Awaitable<void> echo_many(Client& client, Log& log, int& right) {
    TaskGroup tasks(co_await boost::asio::this_coro::executor, log, "test");
    for (int i = 0; i < 1000; ++i) tasks.spawn(echo(client, std::to_string(i), right));
    co_await tasks.join();
}

TEST_F(RedisClientTest, ManyShareOneConnectionAndEachGetsItsOwnAnswer) {
    Client client(loop_.executor(), quick(shared_server()), log_);
    int right = 0;
    run(client, echo_many(client, log_, right));
    EXPECT_EQ(right, 1000);
}

Awaitable<void> run_script(Client& client, std::string key) {
    const Script script("return {redis.call('INCRBY', KEYS[1], ARGV[1]), ARGV[2]}");
    for (int round = 1; round <= 2; ++round) {
        co_await send(client, {"SCRIPT", "FLUSH"});
        for (int i = 0; i < 2; ++i) {
            Arguments keys{key};
            Arguments arguments{"5", "x"};
            const Reply reply = co_await client.run(script, keys, arguments);
            EXPECT_EQ(reply.at(1).text(), "x");
        }
    }
    EXPECT_EQ((co_await send(client, {"GET", key})).text(), "20");
    co_await send(client, {"DEL", key});
}

TEST_F(RedisClientTest, RunsAScriptThatRedisHasForgotten) {
    TestServer server;  // SCRIPT FLUSH would disturb the others
    Client client(loop_.executor(), quick(server.url()), log_);
    run(client, run_script(client, key_));
}

Awaitable<void> cancel_one(Client& client, TestServer& server, Log& log) {
    TaskGroup leaver(co_await boost::asio::this_coro::executor, log, "test");
    TaskGroup stayer(co_await boost::asio::this_coro::executor, log, "test");
    int left = 0;
    int right = 0;
    server.pause();
    leaver.spawn(echo(client, "leaver", left));
    stayer.spawn(echo(client, "stayer", right));
    co_await sleep_for(1ms);
    leaver.cancel();
    co_await leaver.join();
    server.resume();
    co_await stayer.join();
    EXPECT_EQ(left, 0);
    EXPECT_EQ(right, 1);
    EXPECT_TRUE(client.is_connected());
}

TEST_F(RedisClientTest, ACancelledCallerLeavesTheConnectionUsable) {
    TestServer server;
    ConnectionOptions options = quick(server.url());
    options.command_timeout = 10s;
    Client client(loop_.executor(), options, log_);
    run(client, cancel_one(client, server, log_));
}

Awaitable<void> survive_a_stopped_server(Client& client, TestServer& server, std::string key) {
    co_await send(client, {"SET", key, "kept"});
    server.pause();
    EXPECT_EQ(co_await failure_of(client, {"GET", key}), ErrorCode::kServiceUnavailable);
    EXPECT_FALSE(client.is_connected());
    EXPECT_EQ(co_await failure_of(client, {"GET", key}), ErrorCode::kServiceUnavailable);
    server.resume();
    co_await until([&client] { return client.is_connected(); });
    EXPECT_EQ((co_await send(client, {"GET", key})).text(), "kept");
}

TEST_F(RedisClientTest, AServerThatHangsFailsCommandsInTimeAndComesBack) {
    TestServer server;
    Client client(loop_.executor(), quick(server.url()), log_, kQuickDelay);
    run(client, survive_a_stopped_server(client, server, key_));
}

Awaitable<void> survive_a_restart(Client& client, TestServer& server, std::string key) {
    co_await send(client, {"SET", key, "kept"});
    server.kill();
    co_await until([&client] { return !client.is_connected(); });
    EXPECT_EQ(co_await failure_of(client, {"GET", key}), ErrorCode::kServiceUnavailable);
    server.start();
    co_await until([&client] { return client.is_connected(); });
    EXPECT_EQ((co_await send(client, {"GET", key})).text(), "kept");
}

TEST_F(RedisClientTest, AServerThatIsKilledAndStartedAgainComesBack) {
    TestServer server;
    Client client(loop_.executor(), quick(server.url()), log_, kQuickDelay);
    run(client, survive_a_restart(client, server, key_));
}

Awaitable<void> die_on_the_way(Client& client, TestServer& server, Log& log) {
    TaskGroup tasks(co_await boost::asio::this_coro::executor, log, "test");
    int right = 0;
    server.pause();
    for (int i = 0; i < 10; ++i) tasks.spawn(echo(client, "x", right));
    co_await sleep_for(1ms);
    server.kill();
    co_await tasks.join();
    EXPECT_EQ(right, 0);
}

TEST_F(RedisClientTest, CommandsOnTheirWayFailWhenTheServerDies) {
    TestServer server;
    ConnectionOptions options = quick(server.url());
    options.command_timeout = 1h;
    Client client(loop_.executor(), options, log_, kQuickDelay);
    run(client, die_on_the_way(client, server, log_));
}

Awaitable<void> begin_without_a_server(Client& client, TestServer& server) {
    EXPECT_FALSE(client.is_connected());
    EXPECT_EQ(co_await failure_of(client, {"PING"}), ErrorCode::kServiceUnavailable);
    server.start();
    co_await until([&client] { return client.is_connected(); });
    EXPECT_EQ((co_await send(client, {"PING"})).text(), "PONG");
}

TEST_F(RedisClientTest, StartsWithoutTheServerAndFindsItLater) {
    TestServer server;
    server.kill();
    Client client(loop_.executor(), quick(server.url()), log_, kQuickDelay);
    run(client, begin_without_a_server(client, server));
}

Awaitable<void> expect_no_place(Client& client, TestServer& server, Log& log) {
    TaskGroup tasks(co_await boost::asio::this_coro::executor, log, "test");
    int right = 0;
    server.pause();
    for (int i = 0; i < 3; ++i) tasks.spawn(echo(client, "x", right));
    co_await sleep_for(1ms);
    EXPECT_EQ(co_await failure_of(client, {"PING"}), ErrorCode::kOverloaded);
    server.resume();
    co_await tasks.join();
    EXPECT_EQ(right, 3);
}

TEST_F(RedisClientTest, RefusesMoreCommandsThanMayWait) {
    TestServer server;
    ConnectionOptions options = quick(server.url());
    options.command_timeout = 10s;
    options.unanswered_max = 3;
    Client client(loop_.executor(), options, log_);
    run(client, expect_no_place(client, server, log_));
}

Awaitable<void> read_too_much(Client& client, std::string key) {
    co_await send(client, {"SET", key, std::string(100'000, 'x')});
    EXPECT_EQ(co_await failure_of(client, {"GET", key}), ErrorCode::kServiceUnavailable);
    co_await until([&client] { return client.is_connected(); });
    co_await send(client, {"DEL", key});
}

TEST_F(RedisClientTest, AnAnswerThatIsTooLongBreaksTheConnectionOnly) {
    ConnectionOptions options = quick(shared_server());
    options.reply_bytes_max = 50'000;
    Client client(loop_.executor(), options, log_, kQuickDelay);
    run(client, read_too_much(client, key_));
}

Awaitable<void> pop_later(Connection& connection, std::string key, std::string& popped) {
    const Reply reply = co_await connection.command({"BLPOP", key, "10"}, 20s);
    popped = reply.at(1).text();
}

Awaitable<void> block_beside_others(Client& client, std::string key, Log& log) {
    TaskGroup tasks(co_await boost::asio::this_coro::executor, log, "test");
    const auto connection = co_await client.open_connection();
    std::string popped;
    tasks.spawn(pop_later(*connection, key, popped));
    co_await send(client, {"RPUSH", key, "value"});
    co_await tasks.join();
    EXPECT_EQ(popped, "value");
}

TEST_F(RedisClientTest, ACommandThatBlocksHasAConnectionOfItsOwn) {
    Client client(loop_.executor(), quick(shared_server()), log_);
    run(client, block_beside_others(client, key_, log_));
}

Awaitable<std::string> why_it_cannot_be_opened(ConnectionOptions options) {
    try {
        co_await Connection::open(options);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kServiceUnavailable);
        co_return error.what();
    }
    co_return "it can be opened";
}

TEST_F(RedisClientTest, LogsInAndSaysNoPassword) {
    TestServer server;
    server.kill();
    server.start({"--requirepass", "a-secret-word", "--user", "ann", "on", ">other-secret", "~*", "+@all"});
    Url url = server.url();
    EXPECT_THAT(loop_.run_until_done(why_it_cannot_be_opened(quick(url))), testing::HasSubstr("NOAUTH"));
    url.password = "wrong-secret";
    const std::string wrong = loop_.run_until_done(why_it_cannot_be_opened(quick(url)));
    EXPECT_THAT(wrong, testing::HasSubstr("WRONGPASS"));
    EXPECT_THAT(wrong, testing::Not(testing::HasSubstr("wrong-secret")));
    url.password = "a-secret-word";
    url.database = 1;
    EXPECT_EQ(loop_.run_until_done(why_it_cannot_be_opened(quick(url))), "it can be opened");
    url.username = "ann";
    url.password = "other-secret";
    EXPECT_EQ(loop_.run_until_done(why_it_cannot_be_opened(quick(url))), "it can be opened");
    url.database = 1000;
    EXPECT_THAT(loop_.run_until_done(why_it_cannot_be_opened(quick(url))), testing::HasSubstr("out of range"));
}

TEST_F(RedisClientTest, AServerThatHangsCannotBeConnectedTo) {
    TestServer server;
    server.pause();
    EXPECT_THAT(loop_.run_until_done(why_it_cannot_be_opened(quick(server.url()))), testing::HasSubstr("in time"));
    server.resume();
}

}  // namespace
}  // namespace karmen::redis
