#pragma once

#include "base/clock.hpp"
#include "redis/client.hpp"
#include "tasks/queue.hpp"
#include "tasks/redis_scripts.hpp"

#include <memory>
#include <string>

namespace karmen::tasks {

/// The queue of many processes: a Redis stream with a consumer group (docs/adr/0007). Each object is one consumer, for
/// one worker. Loop only; owned by the composition root; the client outlives it.
///
/// Acknowledged tasks are as durable as Redis itself: it must run with `appendonly yes` and `maxmemory-policy
/// noeviction`; otherwise start() warns.
class RedisQueue final : public Queue {
  public:
    RedisQueue(redis::Client& client, const std::string& key_prefix, const Clock& clock, QueueOptions options,
               Log& log);

    /// Checks the settings of Redis, and removes workers that are long gone. Does nothing while Redis is down.
    Awaitable<void> start();
    /// Gives back tasks that were taken and have neither been done nor failed. Tasks taken later come back after the
    /// visibility timeout.
    Awaitable<void> stop();

    Awaitable<std::string> add(NewTask task) override;
    Awaitable<std::optional<Delivery>> take(std::chrono::milliseconds wait) override;
    Awaitable<bool> renew(const Delivery& delivery) override;
    Awaitable<void> acknowledge(const Delivery& delivery) override;
    Awaitable<TaskState> fail(const Delivery& delivery, std::string error) override;
    Awaitable<void> give_up(const Delivery& delivery, std::string error) override;
    Awaitable<void> give_back(const Delivery& delivery) override;
    Awaitable<std::vector<DeadTask>> dead(std::size_t max) override;
    Awaitable<bool> replay(std::string id) override;
    Awaitable<bool> discard(std::string id) override;
    Awaitable<TaskCounts> counts() override;

  private:
    struct Next {
        std::optional<Delivery> delivery;
        std::chrono::milliseconds until_retry;
    };
    Awaitable<Next> next();
    Awaitable<std::optional<Delivery>> read_new(std::chrono::milliseconds block);
    Awaitable<void> open_reader();
    void abandon_reader();
    Awaitable<void> end_abandoned_reader();
    Awaitable<void> bury_or_retry(Delivery delivery, std::string error, std::string delay_ms);
    Awaitable<redis::Reply> run(const redis::Script& script, redis::Arguments arguments);
    Awaitable<void> check_settings();

    redis::Client& client_;
    RedisKeys keys_;
    RedisScripts scripts_;
    std::string consumer_;
    const Clock& clock_;
    QueueOptions options_;
    std::chrono::milliseconds look_again_;
    Log& log_;
    std::unique_ptr<redis::Connection> reader_;  ///< its own connection, because reading blocks
    std::string reader_id_;                      ///< by which Redis knows it
    std::string abandoned_reader_id_;            ///< of a reader that was closed while it waited for a task
};

}  // namespace karmen::tasks
