#include "cluster/redis_event_journal.hpp"

#include "runtime/sleep.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace karmen::cluster {

namespace {

using events::EventId;
using events::EventSubject;
using events::PublishedEvent;
using redis::Arguments;
using redis::Reply;

constexpr std::size_t kReadMax = 100;

// An entry has the fields `name` and `data`. Readers only look at their values, so the name of the second one may say
// what the event is about: `data`, `data:state:<id>` or `data:end:<id>`.
constexpr std::string_view kData = "data";
constexpr std::string_view kState = "data:state:";
constexpr std::string_view kEnd = "data:end:";

std::string field_of(const EventSubject& subject) {
    if (subject.kind == EventSubject::Kind::kFact) return std::string(kData);
    return std::string(subject.kind == EventSubject::Kind::kState ? kState : kEnd) + subject.id;
}

EventSubject subject_of(std::string_view field) {
    if (field.starts_with(kState)) return {EventSubject::Kind::kState, std::string(field.substr(kState.size()))};
    if (field.starts_with(kEnd)) return {EventSubject::Kind::kEnd, std::string(field.substr(kEnd.size()))};
    return {};
}

// KEYS of both: the stream of all events, the stream of facts, the hash of states. Its field `begin` is the id after
// which all facts are there.

const redis::Script& publish_script() {
    static const redis::Script script(R"(
        -- ARGV: how many events are kept, name, name of the data field, data, state or end or fact, id of the thing
        local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'name', ARGV[2], ARGV[3], ARGV[4])
        redis.call('HSETNX', KEYS[3], 'begin', id)
        if ARGV[5] == 'state' then
            redis.call('HSET', KEYS[3], ARGV[6], id .. ' ' .. ARGV[2] .. ' ' .. ARGV[4])
            return id
        end
        if ARGV[5] == 'end' then redis.call('HDEL', KEYS[3], ARGV[6]) end
        if redis.call('XLEN', KEYS[2]) >= tonumber(ARGV[1]) then
            redis.call('HSET', KEYS[3], 'begin', redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1][1])
        end
        redis.call('XADD', KEYS[2], 'MAXLEN', ARGV[1], id, 'name', ARGV[2], ARGV[3], ARGV[4])
        return id
    )");
    return script;
}

const redis::Script& read_script() {
    static const redis::Script script(R"(
        -- ARGV: how many events
        return {redis.call('HGETALL', KEYS[3]), redis.call('XRANGE', KEYS[2], '-', '+'),
                redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', ARGV[1])}
    )");
    return script;
}

std::string kind_word(EventSubject::Kind kind) {
    switch (kind) {
        case EventSubject::Kind::kState:
            return "state";
        case EventSubject::Kind::kEnd:
            return "end";
        case EventSubject::Kind::kFact:
            break;
    }
    return "fact";
}

PublishedEvent event_of(const Reply& entry) {
    const EventId id = EventId::parse(entry.at(0).text()).value_or(EventId{});
    const Reply& fields = entry.at(1);
    // Not an entry of Karmen; it can be ignored because the lists are right.
    if (!fields.is_array() || fields.array().size() != 4) return {.id = id, .name = events::kResetEvent, .data = "{}"};
    return {
        .id = id, .name = fields.at(1).text(), .data = fields.at(3).text(), .subject = subject_of(fields.at(2).text())};
}

/// `<id> <name> <data>`
std::optional<PublishedEvent> state_of(std::string thing, std::string_view text) {
    const std::size_t name = text.find(' ');
    const std::size_t data = name == std::string_view::npos ? name : text.find(' ', name + 1);
    const auto id = data == std::string_view::npos ? std::nullopt : EventId::parse(text.substr(0, name));
    if (!id) return std::nullopt;
    return PublishedEvent{.id = *id,
                          .name = std::string(text.substr(name + 1, data - name - 1)),
                          .data = std::string(text.substr(data + 1)),
                          .subject = {EventSubject::Kind::kState, std::move(thing)}};
}

std::vector<PublishedEvent> events_of(const Reply& entries) {
    std::vector<PublishedEvent> events;
    for (const Reply& entry : entries.array()) events.push_back(event_of(entry));
    return events;
}

/// What Redis has of the events, in order.
struct Stored {
    EventId begin;  ///< all facts and states after it are there
    std::map<EventId, PublishedEvent> events;

    EventId newest() const { return events.empty() ? EventId{} : events.rbegin()->first; }
    void add(PublishedEvent event) {
        const EventId id = event.id;
        events.insert_or_assign(id, std::move(event));
    }
};

Stored stored_of(const Reply& reply) {
    Stored stored;
    // The short stream first: what is also in one of the others is the same there.
    for (PublishedEvent& event : events_of(reply.at(2))) stored.add(std::move(event));
    // An older Karmen has written no other.
    if (!stored.events.empty()) stored.begin = stored.events.begin()->first;
    for (PublishedEvent& event : events_of(reply.at(1))) stored.add(std::move(event));
    const std::vector<Reply>& states = reply.at(0).array();
    for (std::size_t i = 0; i + 1 < states.size(); i += 2) {
        const std::string thing = states[i].text();
        if (thing == "begin")
            stored.begin = EventId::parse(states[i + 1].text()).value_or(stored.begin);
        else if (auto state = state_of(thing, states[i + 1].text()))
            stored.add(std::move(*state));
    }
    return stored;
}

}  // namespace

RedisEventJournal::RedisEventJournal(Executor loop, redis::Client& client, EventJournalOptions options, Log& log)
    : client_(client),
      options_(std::move(options)),
      key_(options_.key_prefix + "events"),
      keys_{key_, key_ + ":facts", key_ + ":states"},
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

void RedisEventJournal::publish(std::string name, std::string data, EventSubject subject) {
    tasks_.spawn(add(std::move(name), std::move(data), std::move(subject)));
}

Awaitable<void> RedisEventJournal::add(std::string name, std::string data, EventSubject subject) {
    try {
        co_await try_add(std::move(name), std::move(data), std::move(subject));
    } catch (const Error& error) {
        has_lost_ = true;
        if (std::exchange(is_telling_, true)) co_return;
        log_.debug("events are lost", {{"error", error.what()}});
        tasks_.spawn(tell_of_loss());
    }
}

Awaitable<void> RedisEventJournal::try_add(std::string name, std::string data, EventSubject subject) {
    redis::Arguments arguments{std::to_string(options_.history.events_max),
                               std::move(name),
                               field_of(subject),
                               std::move(data),
                               kind_word(subject.kind),
                               subject.id};
    co_await client_.run(publish_script(), keys_, std::move(arguments));
}

/// Tells followers even if no other event happens for a long time, so that they do not keep showing old data.
Awaitable<void> RedisEventJournal::tell_of_loss() {
    while (has_lost_) {
        co_await sleep_for(options_.loss_retry);
        try {
            // Events that are lost from here on cause another message.
            has_lost_ = false;
            co_await try_add(events::kResetEvent, "{}", {});
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

/// Reads the events that came while this process was not reading, or all that are there.
Awaitable<void> RedisEventJournal::catch_up(redis::Connection& connection) {
    Arguments command{"EVAL", read_script().source, std::to_string(keys_.size())};
    command.insert(command.end(), keys_.begin(), keys_.end());
    command.push_back(std::to_string(options_.history.events_max));
    Stored stored = stored_of(co_await connection.command(std::move(command)));
    const EventId known = history_.newest();
    // Redis may have lost all events, or thrown away facts that this process has missed.
    if (known < stored.begin || stored.newest() < known) history_.begin_anew(stored.begin);
    for (auto& [id, event] : stored.events)
        if (history_.newest() < id) history_.append(std::move(event));
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
    if (may_follow_gap && co_await is_after_gap(connection)) co_await catch_up(connection);
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
