#include "tasks/redis_queue.hpp"

#include "base/random.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace karmen::tasks {

namespace {

using redis::Arguments;
using redis::CommandError;
using redis::Reply;
using std::chrono::milliseconds;

constexpr milliseconds kLookAgainMin{10};
constexpr milliseconds kLookAgainMax{1000};
constexpr milliseconds kForgetConsumersAfter = std::chrono::hours(1);
constexpr std::size_t kConsumerBytes = 8;

std::string text(std::int64_t number) {
    return std::to_string(number);
}

std::int64_t number_of(const Reply& reply) {
    return parse_int(reply.text()).value_or(0);
}

/// The values of an entry's fields, which are `id, kind, payload, attempts, created`, each after its name.
Task task_of(const Reply& fields, std::int64_t attempt) {
    return {.id = fields.at(1).text(),
            .kind = fields.at(3).text(),
            .payload = fields.at(5).text(),
            .attempt = static_cast<int>(attempt),
            .created = Timestamp(std::chrono::microseconds(number_of(fields.at(9))))};
}

std::int64_t attempts_of(const Reply& fields) {
    return number_of(fields.at(7));
}

/// How often to look for tasks of lost workers, and for retries that came while a read blocked.
milliseconds look_again(const QueueOptions& options) {
    return std::clamp(std::min(options.visibility_timeout / 2, options.backoff_min), kLookAgainMin, kLookAgainMax);
}

std::string line_of(const std::string& info, std::string_view name) {
    for (const std::string_view line : split(info, '\n'))
        if (line.starts_with(name)) return std::string(trim(line.substr(name.size(), line.find('\r') - name.size())));
    return {};
}

}  // namespace

RedisQueue::RedisQueue(redis::Client& client, const std::string& key_prefix, const Clock& clock, QueueOptions options,
                       Log& log)
    : client_(client),
      keys_(key_prefix),
      consumer_(random_hex(kConsumerBytes)),
      clock_(clock),
      options_(options),
      look_again_(look_again(options)),
      log_(log) {}

Awaitable<Reply> RedisQueue::run(const redis::Script& script, Arguments arguments) {
    Arguments keys{keys_.queue, keys_.delayed, keys_.dead};
    co_return co_await client_.run(script, std::move(keys), std::move(arguments));
}

Awaitable<void> RedisQueue::start() {
    try {
        co_await check_settings();
        Arguments arguments{text(kForgetConsumersAfter.count())};
        co_await run(scripts_.forget_consumers, std::move(arguments));
    } catch (const Error& error) {
        log_.debug("Redis was not looked at", {{"error", error.what()}});
    }
}

Awaitable<void> RedisQueue::check_settings() {
    Arguments persistence{"INFO", "persistence"};
    const Reply persistence_info = co_await client_.command(std::move(persistence));
    if (line_of(persistence_info.text(), "aof_enabled:") == "0")
        log_.warning("Redis would forget tasks when it is restarted; set appendonly yes");
    Arguments memory{"INFO", "memory"};
    const Reply memory_info = co_await client_.command(std::move(memory));
    const std::string policy = line_of(memory_info.text(), "maxmemory_policy:");
    if (policy != "noeviction")
        log_.warning("Redis may throw tasks away when it is full; set maxmemory-policy noeviction",
                     {{"maxmemory-policy", policy}});
}

Awaitable<void> RedisQueue::stop() {
    reader_.reset();
    try {
        co_await end_abandoned_reader();
        Arguments arguments{consumer_};
        co_await run(scripts_.give_back_all, std::move(arguments));
    } catch (const Error& error) {
        log_.debug("tasks come back after their time", {{"error", error.what()}});
    }
}

Awaitable<std::string> RedisQueue::add(NewTask task) {
    const Task made = make_task(std::move(task), clock_.now(), options_);
    co_await end_abandoned_reader();
    Arguments arguments{text(static_cast<std::int64_t>(options_.waiting_max)), made.id, made.kind, made.payload,
                        text(made.created.time_since_epoch().count())};
    const Reply added = co_await run(scripts_.add, std::move(arguments));
    if (added.integer() == 0)
        throw Error(ErrorCode::kOverloaded, PublicMessage{"Too many tasks wait, try again later"}).with_retry_after(10);
    co_return made.id;
}

Awaitable<RedisQueue::Next> RedisQueue::next() {
    Arguments arguments{consumer_, text(options_.visibility_timeout.count()), text(options_.attempts_max),
                        text(static_cast<std::int64_t>(options_.dead_max))};
    const Reply reply = co_await run(scripts_.next, std::move(arguments));
    if (!reply.is_array()) {
        const auto until_retry = reply.integer();
        co_return Next{.until_retry = until_retry < 0 ? look_again_ : milliseconds(until_retry)};
    }
    co_return Next{.delivery = Delivery{task_of(reply.at(1), reply.at(2).integer()), reply.at(0).text()},
                   .until_retry = milliseconds(0)};
}

Awaitable<void> RedisQueue::open_reader() {
    reader_ = co_await client_.open_connection();
    Arguments arguments{"CLIENT", "ID"};
    const Reply id = co_await reader_->command(std::move(arguments));
    reader_id_ = text(id.integer());
}

/// A read that blocks would go on, and bring tasks to nobody.
void RedisQueue::abandon_reader() {
    if (reader_ && reader_->is_open()) abandoned_reader_id_ = reader_id_;
    reader_.reset();
}

/// Redis may not have noticed yet that the connection was closed, and give it the next task.
Awaitable<void> RedisQueue::end_abandoned_reader() {
    if (abandoned_reader_id_.empty()) co_return;
    Arguments arguments{"CLIENT", "KILL", "ID", std::exchange(abandoned_reader_id_, {})};
    try {
        co_await client_.command(std::move(arguments));
    } catch (const CommandError& error) {
        log_.debug("a connection to Redis was not ended", {{"error", error.detail()}});
    }
}

Awaitable<std::optional<Delivery>> RedisQueue::read_new(milliseconds block) {
    if (!reader_ || !reader_->is_open()) co_await open_reader();
    Arguments arguments{"XREADGROUP",        "GROUP",   kConsumerGroup, consumer_, "COUNT", "1", "BLOCK",
                        text(block.count()), "STREAMS", keys_.queue,    ">"};
    const Reply reply = co_await reader_->command(std::move(arguments), block + client_.options().command_timeout);
    if (reply.is_null()) co_return std::nullopt;
    const Reply& entry = reply.at(0).at(1).at(0);
    const Reply& fields = entry.at(1);
    co_return Delivery{task_of(fields, attempts_of(fields) + 1), entry.at(0).text()};
}

Awaitable<std::optional<Delivery>> RedisQueue::take(milliseconds wait) {
    using Steady = std::chrono::steady_clock;
    const auto end = Steady::now() + wait;
    co_await end_abandoned_reader();
    while (true) {
        Next found = co_await next();
        if (found.delivery) co_return std::move(found.delivery);
        const auto left = std::chrono::ceil<milliseconds>(end - Steady::now());
        // Redis takes a BLOCK of 0 as for ever.
        const auto block = std::max(milliseconds(1), std::min({left, found.until_retry, look_again_}));
        try {
            if (auto delivery = co_await read_new(block)) co_return delivery;
        } catch (const CommandError& error) {
            if (error.word() != "NOGROUP") throw;  // Redis was emptied; next() makes the group anew
        } catch (...) {
            abandon_reader();
            throw;
        }
        if (left <= milliseconds(0)) co_return std::nullopt;
    }
}

Awaitable<bool> RedisQueue::renew(const Delivery& delivery) {
    Arguments arguments{delivery.receipt, consumer_};
    const Reply reply = co_await run(scripts_.renew, std::move(arguments));
    co_return reply.integer() == 1;
}

Awaitable<void> RedisQueue::acknowledge(const Delivery& delivery) {
    Arguments arguments{delivery.receipt};
    co_await run(scripts_.acknowledge, std::move(arguments));
}

Awaitable<void> RedisQueue::bury_or_retry(Delivery delivery, std::string error, std::string delay_ms) {
    Arguments arguments{delivery.receipt,
                        consumer_,
                        text(delivery.task.attempt),
                        short_text(error),
                        text(static_cast<std::int64_t>(options_.dead_max)),
                        std::move(delay_ms)};
    co_await run(scripts_.fail, std::move(arguments));
}

Awaitable<TaskState> RedisQueue::fail(const Delivery& delivery, std::string error) {
    if (delivery.task.attempt >= options_.attempts_max) {
        co_await give_up(delivery, std::move(error));
        co_return TaskState::kDead;
    }
    const auto delay = retry_delay(delivery.task.attempt, options_);
    co_await bury_or_retry(delivery, std::move(error), text(delay.count()));
    co_return TaskState::kRetryWaiting;
}

Awaitable<void> RedisQueue::give_up(const Delivery& delivery, std::string error) {
    return bury_or_retry(delivery, std::move(error), "-1");
}

Awaitable<void> RedisQueue::give_back(const Delivery& delivery) {
    co_await end_abandoned_reader();
    Arguments arguments{delivery.receipt, consumer_, text(delivery.task.attempt - 1)};
    co_await run(scripts_.give_back, std::move(arguments));
}

Awaitable<std::vector<DeadTask>> RedisQueue::dead(std::size_t max) {
    Arguments arguments{"XREVRANGE", keys_.dead, "+", "-", "COUNT", text(static_cast<std::int64_t>(max))};
    const Reply reply = co_await client_.command(std::move(arguments));
    std::vector<DeadTask> result;
    for (const Reply& entry : reply.array()) {
        const Reply& fields = entry.at(1);
        result.push_back({.task = task_of(fields, attempts_of(fields)),
                          .error = fields.at(11).text(),
                          .died = Timestamp(milliseconds(number_of(fields.at(13))))});
    }
    co_return result;
}

Awaitable<bool> RedisQueue::replay(std::string id) {
    Arguments arguments{std::move(id)};
    const Reply reply = co_await run(scripts_.replay, std::move(arguments));
    co_return reply.integer() == 1;
}

Awaitable<bool> RedisQueue::discard(std::string id) {
    Arguments arguments{std::move(id)};
    const Reply reply = co_await run(scripts_.discard, std::move(arguments));
    co_return reply.integer() == 1;
}

Awaitable<TaskCounts> RedisQueue::counts() {
    const Reply reply = co_await run(scripts_.counts, {});
    co_return TaskCounts{.queued = reply.at(0).integer(),
                         .running = reply.at(1).integer(),
                         .retry_waiting = reply.at(2).integer(),
                         .dead = reply.at(3).integer()};
}

}  // namespace karmen::tasks
