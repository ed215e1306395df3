#include "app/shared_state.hpp"

#include "base/error.hpp"
#include "cluster/redis_event_journal.hpp"
#include "cluster/redis_login_throttle.hpp"
#include "cluster/redis_printer_exchange.hpp"
#include "cluster/redis_printer_locks.hpp"
#include "cluster/worker_ring.hpp"
#include "identity/memory_login_throttle.hpp"
#include "maintenance/redis_options.hpp"
#include "redis/client.hpp"
#include "tasks/database_queue.hpp"
#include "tasks/database_timetable.hpp"
#include "tasks/redis_queue.hpp"
#include "tasks/redis_timetable.hpp"

#include <utility>

namespace karmen::app {

namespace {

identity::LoginThrottleOptions throttle_options(const config::Auth& auth) {
    return {.failures_slow = auth.login_failures_slow,
            .failures_max = auth.login_failures_max,
            .window = auth.login_window,
            .block = auth.login_block,
            .names_slow = auth.login_names_slow,
            .names_interval = auth.login_names_interval};
}

events::EventHistoryOptions history_options(const config::Events& events) {
    return {.events_max = static_cast<std::size_t>(events.history_max),
            .followers_max = static_cast<std::size_t>(events.followers_max)};
}

class LocalState final : public SharedState {
  public:
    explicit LocalState(const SharedStateParts& parts)
        : throttle_(throttle_options(parts.config.auth), monotonic_),
          events_(parts.loop, history_options(parts.config.events), parts.clock),
          queue_(parts.loop, parts.tasks, parts.blocking, parts.clock, queue_options(parts.config.tasks)),
          timetable_(parts.tasks, queue_, parts.blocking, parts.clock, queue_options(parts.config.tasks)) {}

    identity::LoginThrottle& login_throttle() override { return throttle_; }
    fleet::PrinterExchange& exchange() override { return exchange_; }
    fleet::PrinterLocks& printer_locks() override { return locks_; }
    events::EventJournal& events() override { return events_; }
    tasks::Queue& queue() override { return queue_; }
    tasks::Timetable& timetable() override { return timetable_; }
    bool looks_after(const std::string&) const override { return true; }
    Awaitable<void> require_reachable() override { co_return; }
    Awaitable<void> start(fleet::PrinterMonitor&, std::function<void()>) override { co_await queue_.recover(); }
    Awaitable<void> stop() override { co_return; }

  private:
    const MonotonicClock monotonic_;
    identity::MemoryLoginThrottle throttle_;
    events::MemoryEventJournal events_;
    fleet::NoOtherProcesses exchange_;
    fleet::LocalPrinterLocks locks_;
    tasks::DatabaseQueue queue_;
    tasks::DatabaseTimetable timetable_;
};

class RedisState final : public SharedState {
  public:
    explicit RedisState(const SharedStateParts& parts)
        : kind_(parts.kind),
          client_(parts.loop, maintenance::redis_connection(parts.config.redis), parts.log),
          throttle_(client_, parts.config.redis.key_prefix, throttle_options(parts.config.auth)),
          exchange_(parts.loop, client_,
                    {.key_prefix = parts.config.redis.key_prefix,
                     .claim_lifetime = parts.config.printers.claim_lifetime,
                     .seen_lifetime = 2 * parts.config.printers.backoff_max,
                     .connection = maintenance::redis_connection(parts.config.redis)},
                    parts.log),
          events_(parts.loop, client_,
                  {.key_prefix = parts.config.redis.key_prefix, .history = history_options(parts.config.events)},
                  parts.log),
          locks_(parts.loop, client_, parts.config.redis.key_prefix, parts.config.printers.lock_lifetime, parts.log),
          queue_(client_, parts.config.redis.key_prefix, parts.clock, queue_options(parts.config.tasks), parts.log),
          timetable_(client_, parts.config.redis.key_prefix, parts.clock, queue_options(parts.config.tasks)),
          ring_(
              parts.loop, client_, {.key_prefix = parts.config.redis.key_prefix}, [this] { on_change_(); }, parts.log) {
    }

    identity::LoginThrottle& login_throttle() override { return throttle_; }
    fleet::PrinterExchange& exchange() override { return exchange_; }
    fleet::PrinterLocks& printer_locks() override { return locks_; }
    events::EventJournal& events() override { return events_; }
    tasks::Queue& queue() override { return queue_; }
    tasks::Timetable& timetable() override { return timetable_; }
    bool looks_after(const std::string& host) const override {
        return !checks_printers(kind_) || ring_.looks_after(host);
    }
    Awaitable<void> require_reachable() override {
        redis::Arguments command{"PING"};
        co_await client_.command(std::move(command));
    }

    Awaitable<void> start(fleet::PrinterMonitor& monitor, std::function<void()> on_change) override {
        on_change_ = std::move(on_change);
        co_await client_.start();
        exchange_.start(monitor);
        if (answers_requests(kind_)) events_.start();
        if (does_tasks(kind_)) co_await queue_.start();
        if (checks_printers(kind_)) ring_.start();
    }

    Awaitable<void> stop() override {
        if (checks_printers(kind_)) co_await ring_.stop();
        if (does_tasks(kind_)) co_await queue_.stop();
        co_await locks_.stop();
        co_await events_.stop();
        co_await exchange_.stop();
        co_await client_.stop();
    }

  private:
    ProcessKind kind_;
    std::function<void()> on_change_ = [] {};
    redis::Client client_;
    cluster::RedisLoginThrottle throttle_;
    cluster::RedisPrinterExchange exchange_;
    cluster::RedisEventJournal events_;
    cluster::RedisPrinterLocks locks_;
    tasks::RedisQueue queue_;
    tasks::RedisTimetable timetable_;
    cluster::WorkerRing ring_;
};

Error misconfigured(std::string message) {
    return {ErrorCode::kInvalidInput, PublicMessage{std::move(message)}};
}

}  // namespace

std::unique_ptr<SharedState> make_shared_state(const SharedStateParts& parts) {
    const config::Config& config = parts.config;
    if (parts.kind == ProcessKind::kServe) {
        if (!config.redis.url.empty())
            throw misconfigured(
                "karmen serve is the whole installation in one process and takes no Redis: empty redis.url, or run "
                "karmen api, karmen worker and karmen scheduler");
        return std::make_unique<LocalState>(parts);
    }
    const char* needed = "karmen api, worker and scheduler are many processes of one installation: set ";
    if (config.storage.postgres_url.empty()) throw misconfigured(std::string(needed) + "storage.postgres_url");
    if (config.redis.url.empty()) throw misconfigured(std::string(needed) + "redis.url");
    if (config.auth.secret_key.empty())
        throw misconfigured(std::string(needed) + "auth.secret_key, the same for all of them");
    return std::make_unique<RedisState>(parts);
}

tasks::QueueOptions queue_options(const config::Tasks& tasks) {
    return {.attempts_max = tasks.attempts_max,
            .backoff_min = tasks.backoff_min,
            .backoff_max = tasks.backoff_max,
            .visibility_timeout = tasks.visibility_timeout,
            .waiting_max = static_cast<std::size_t>(tasks.waiting_max),
            .dead_max = static_cast<std::size_t>(tasks.dead_letters_max)};
}

}  // namespace karmen::app
