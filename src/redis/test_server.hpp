#pragma once

#include "redis/client.hpp"
#include "redis/url.hpp"
#include "runtime/testing.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <hiredis/hiredis.h>
#include <memory>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace karmen::redis {

/// For tests only: the server that scripts/with-redis has started. Tests share it, so each uses names of its own.
inline Url shared_server() {
    const char* url = std::getenv("KARMEN_TEST_REDIS");
    const auto parsed = parse_url(url != nullptr ? url : "");
    if (!parsed) throw std::runtime_error("this test needs a Redis: run it by scripts/with-redis COMMAND…");
    return *parsed;
}

/// For tests only: a Redis that the test may stop, kill and start again. It keeps what it acknowledged.
class TestServer {
  public:
    TestServer() {
        std::string pattern = (std::filesystem::temp_directory_path() / "karmen-redis-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
        folder_ = pattern;
        start();
    }
    ~TestServer() {
        kill();
        std::filesystem::remove_all(folder_);
    }
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;

    Url url() const { return {.socket_path = socket()}; }

    void start(const std::vector<std::string>& options = {}) {
        std::vector<std::string> words{
            "redis-server", "--port", "0", "--unixsocket", socket(),  "--dir",     folder_,         "--appendonly",
            "yes",          "--save", "",  "--loglevel",   "warning", "--logfile", folder_ + "/log"};
        words.insert(words.end(), options.begin(), options.end());
        std::vector<char*> arguments;
        for (std::string& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        if (::posix_spawnp(&process_, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0)
            throw std::runtime_error("redis-server is missing; scripts/setup test installs it");
        for (const TestDeadline deadline; !answers(); deadline.check()) {
            if (::waitpid(process_, nullptr, WNOHANG) != 0) throw std::runtime_error("redis-server ended");
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }

    /// At once, as by a crash.
    void kill() {
        if (process_ <= 0) return;
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
        process_ = 0;
    }

    /// With everything that it held.
    void lose_everything() {
        kill();
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directory(folder_);
    }

    /// It stays connected, and does not answer.
    void pause() {
        ::kill(process_, SIGSTOP);
        ::waitpid(process_, nullptr, WUNTRACED);
    }
    void resume() { ::kill(process_, SIGCONT); }

  private:
    std::string socket() const { return folder_ + "/redis.sock"; }

    bool answers() const {
        const std::unique_ptr<redisContext, void (*)(redisContext*)> context(::redisConnectUnix(socket().c_str()),
                                                                             &::redisFree);
        if (!context || context->err != 0) return false;
        const std::unique_ptr<void, void (*)(void*)> reply(::redisCommand(context.get(), "PING"), &::freeReplyObject);
        if (!reply) return false;
        const auto& answer = *static_cast<redisReply*>(reply.get());
        return !std::string_view(answer.str, answer.len).starts_with("LOADING");
    }

    std::string folder_;
    pid_t process_ = 0;
};

/// For tests only: short limits, so that nothing is waited for in seconds.
inline ConnectionOptions quick(Url url) {
    return {.url = std::move(url),
            .connect_timeout = std::chrono::milliseconds(300),
            .command_timeout = std::chrono::milliseconds(300)};
}
inline constexpr ReconnectDelay kQuickDelay{.min = std::chrono::milliseconds(5), .max = std::chrono::milliseconds(20)};

}  // namespace karmen::redis
