#include "cluster/redis_event_journal.hpp"

#include "runtime/sleep.hpp"

#include <algorithm>
#include <utility>

namespace karmen::cluster {

namespace {

using events::EventId;
using events::PublishedEvent;
using redis::Arguments;
using redis::Reply;

constexpr std::size_t kReadMax = 100;

PublishedEvent event_of(const Reply& entry) {
    const EventId id = EventId::parse(entry.at(0).text()).value_or(EventId{});
    const Reply& fields = entry.at(1);
    // Not an entry of Karmen; it can be ignored because the lists are right.
    if (!fields.is_array() || fields.array().size() != 4) return {.id = id, .name = events::kResetEvent, .data = "{}"};
    return {.id = id, .name = fields.at(1).text(), .data = fields.at(3).text()};
}

std::vector<PublishedEvent> events_of(const Reply& entries) {
    std::vector<PublishedEvent> events;
    for (const Reply& entry : entries.array()) events.push_back(event_of(entry));
    return events;
}

}  // namespace

RedisEventJournal::RedisEventJournal(Executor loop, redis::Client& client, EventJournalOptions options, Log& log)
    : client_(client),
      options_(std::move(options)),
      key_(options_.key_prefix + "events"),
      log_(log),
      history_(loop, options_.history),
      tasks_(loop, log, "event journal") {}

void RedisEventJournal::start() {
    tasks_.spawn(read_on());
}

Awaitable<void> RedisEventJournal::stop() {
    tasks_.cancel();
    co_await tasks_.join();
}

void RedisEventJournal::publish(std::string name, std::string data) {
    tasks_.spawn(add(std::move(name), std::move(data)));
}

Awaitable<void> RedisEventJournal::add(std::string name, std::string data) {
    try {
        co_await try_add(std::move(name), std::move(data));
    } catch (const Error& error) {
        has_lost_ = true;
        if (std::exchange(is_telling_, true)) co_return;
        log_.debug("events are lost", {{"error", error.what()}});
        tasks_.spawn(tell_of_loss());
    }
}

Awaitable<void> RedisEventJournal::try_add(std::string name, std::string data) {
    Arguments command{"XADD", key_,   "MAXLEN",        "~",    std::to_string(options_.history.events_max),
                      "*",    "name", std::move(name), "data", std::move(data)};
    co_await client_.command(std::move(command));
}

/// Tells followers even if no other event happens for a long time, so that they do not keep showing old data.
Awaitable<void> RedisEventJournal::tell_of_loss() {
    while (has_lost_) {
        co_await sleep_for(options_.loss_retry);
        try {
            // Events that are lost from here on cause another message.
            has_lost_ = false;
            co_await try_add(events::kResetEvent, "{}");
        } catch (const Error&) {
            has_lost_ = true;
        }
    }
    is_telling_ = false;
}

Awaitable<void> RedisEventJournal::read_on() {
    for (redis::Backoff backoff({});; co_await backoff.wait()) {
        try {
            const auto connection = co_await client_.open_connection();
            co_await catch_up(*connection);
            is_reading_ = true;
            backoff.reset();
            for (;;) co_await read(*connection);
        } catch (const Error& error) {
            log_.debug("events of other processes are not heard", {{"error", error.what()}});
        }
        is_reading_ = false;
    }
}

/// Reads the events that came while this process was not reading, or the last of them.
Awaitable<void> RedisEventJournal::catch_up(redis::Connection& connection) {
    Arguments command{"XREVRANGE", key_, "+", "-", "COUNT", std::to_string(options_.history.events_max)};
    std::vector<PublishedEvent> events = events_of(co_await connection.command(std::move(command)));
    std::ranges::reverse(events);
    const EventId known = history_.newest();
    const EventId oldest = events.empty() ? EventId{} : events.front().id;
    const EventId newest = events.empty() ? EventId{} : events.back().id;
    // Redis may have lost all events, or trimmed those that this process has missed.
    if (known < oldest || newest < known) history_.begin_anew(oldest);
    for (PublishedEvent& event : events)
        if (history_.newest() < event.id) history_.append(std::move(event));
}

Awaitable<void> RedisEventJournal::read(redis::Connection& connection) {
    Arguments command{"XREAD",
                      "BLOCK",
                      std::to_string(options_.read_time.count()),
                      "COUNT",
                      std::to_string(kReadMax),
                      "STREAMS",
                      key_,
                      history_.newest().to_string()};
    const Reply reply =
        co_await connection.command(std::move(command), options_.read_time + client_.options().command_timeout);
    if (reply.is_null()) co_return;
    std::vector<PublishedEvent> events = events_of(reply.at(0).at(1));
    // Fewer than are kept cannot follow a gap.
    const bool may_follow_gap = events.size() >= std::min(kReadMax, options_.history.events_max);
    if (may_follow_gap && co_await is_after_gap(connection)) history_.begin_anew(events.front().id);
    for (PublishedEvent& event : events)
        if (history_.newest() < event.id) history_.append(std::move(event));
}

/// Whether Redis has trimmed events that this process did not read, because it stood still for a while.
Awaitable<bool> RedisEventJournal::is_after_gap(redis::Connection& connection) {
    Arguments command{"XRANGE", key_, "-", "+", "COUNT", "1"};
    const std::vector<PublishedEvent> oldest = events_of(co_await connection.command(std::move(command)));
    co_return oldest.empty() || history_.newest() < oldest.front().id;
}

}  // namespace karmen::cluster
