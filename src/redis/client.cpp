#include "redis/client.hpp"

#include "base/random.hpp"
#include "runtime/sleep.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace karmen::redis {

namespace {

/// Adds at most half of the delay.
std::chrono::milliseconds with_jitter(std::chrono::milliseconds delay) {
    std::array<std::byte, 1> random{};
    fill_random(random);
    return delay + delay * std::to_integer<int>(random[0]) / 512;
}

Arguments script_command(std::string_view name, const std::string& script, const Arguments& keys,
                         const Arguments& arguments) {
    Arguments command{std::string(name), script, std::to_string(keys.size())};
    command.insert(command.end(), keys.begin(), keys.end());
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
}

}  // namespace

Awaitable<void> Backoff::wait() {
    const auto delay = next_;
    next_ = std::min(next_ * 2, delay_.max);
    co_await sleep_for(with_jitter(delay));
}

Client::Client(Executor loop, ConnectionOptions options, Log& log, ReconnectDelay delay)
    : options_(std::move(options)), delay_(delay), log_(log), tasks_(loop, log, "redis"), tried_(loop) {}

Awaitable<void> Client::start() {
    tasks_.spawn(stay_connected());
    co_await tried_.wait();
}

Awaitable<void> Client::stop() {
    tasks_.cancel();
    co_await tasks_.join();
    connection_.reset();
    failure_ = "stopped";
}

Awaitable<void> Client::connect() {
    for (Backoff backoff(delay_);; co_await backoff.wait()) {
        try {
            connection_ = co_await Connection::open(options_);
            log_.info("connected to Redis", {{"url", to_string(options_.url)}});
            co_return;
        } catch (const Error& error) {
            // One log line for each outage, not for each attempt.
            if (error.detail() != failure_) log_.warning("Redis cannot be used", {{"error", error.detail()}});
            failure_ = error.detail();
            tried_.set();
        }
    }
}

Awaitable<void> Client::stay_connected() {
    while (true) {
        co_await connect();
        tried_.set();
        co_await connection_->closed();
        log_.warning("lost the connection to Redis",
                     {{"url", to_string(options_.url)}, {"error", connection_->failure()}});
        failure_ = to_string(options_.url) + ": " + connection_->failure();
        connection_.reset();
        co_await sleep_for(delay_.min);
    }
}

Awaitable<Reply> Client::command(Arguments arguments) {
    if (!is_connected()) throw unavailable(LogDetail{failure_});
    return connection_->command(std::move(arguments));
}

Awaitable<Reply> Client::run(const Script& script, Arguments keys, Arguments arguments) {
    try {
        co_return co_await command(script_command("EVALSHA", script.sha1, keys, arguments));
    } catch (const CommandError& error) {
        if (error.word() != "NOSCRIPT") throw;
    }
    co_return co_await command(script_command("EVAL", script.source, keys, arguments));
}

}  // namespace karmen::redis
