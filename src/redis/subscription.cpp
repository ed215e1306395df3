#include "redis/subscription.hpp"

#include "runtime/timeout.hpp"

#include <utility>

namespace karmen::redis {

Subscription::Subscription(Executor loop, Options options, std::vector<std::string> channels, Listener& listener,
                           Log& log)
    : options_(std::move(options)),
      channels_(std::move(channels)),
      listener_(listener),
      log_(log),
      tasks_(loop, log, "redis subscription") {}

void Subscription::start() {
    tasks_.spawn(stay_subscribed());
}

Awaitable<void> Subscription::stop() {
    tasks_.cancel();
    co_await tasks_.join();
}

Awaitable<void> Subscription::stay_subscribed() {
    for (Backoff backoff(options_.delay);; co_await backoff.wait()) {
        try {
            co_await subscribe(backoff);
        } catch (const Error& error) {
            log_.debug("messages from Redis are not heard", {{"error", error.detail()}});
        }
    }
}

/// Returns when the connection is lost.
Awaitable<void> Subscription::subscribe(Backoff& backoff) {
    const auto connection = co_await Connection::open(options_.connection);
    confirmed_ = 0;
    connection->listen([this](const Reply& push) { on_push(push); });
    Arguments command{"SUBSCRIBE"};
    command.insert(command.end(), channels_.begin(), channels_.end());
    connection->send(command);
    co_await watch(*connection);
    // It was connected, so the next attempt need not wait long.
    if (std::exchange(is_subscribed_, false)) backoff.reset();
}

Awaitable<void> Subscription::watch(Connection& connection) {
    while (connection.is_open()) {
        if (co_await finishes_within(options_.ping_interval, connection.closed())) co_return;
        const auto heard = pushes_;
        connection.send({"PING"});
        if (co_await finishes_within(options_.connection.command_timeout, connection.closed())) co_return;
        if (pushes_ == heard) connection.close();
    }
}

void Subscription::on_push(const Reply& push) {
    ++pushes_;
    if (!push.is_array() || push.array().size() != 3) return;  // the answer to a ping
    const std::string& kind = push.at(0).text();
    if (kind == "subscribe" && ++confirmed_ == channels_.size()) {
        is_subscribed_ = true;
        listener_.on_subscribed();
    }
    if (kind == "message") listener_.on_message(push.at(1).text(), push.at(2).text());
}

}  // namespace karmen::redis
