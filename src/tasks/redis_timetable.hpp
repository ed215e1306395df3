#pragma once

#include "base/clock.hpp"
#include "redis/client.hpp"
#include "tasks/redis_scripts.hpp"
#include "tasks/timetable.hpp"

namespace karmen::tasks {

/// The timetable of RedisQueue. A lease in Redis decides which scheduler leads. Checking the lease, adding a task and
/// noting the run are one step, with the clock of Redis.
class RedisTimetable final : public Timetable {
  public:
    RedisTimetable(redis::Client& client, const std::string& key_prefix, const Clock& clock, QueueOptions options,
                   std::chrono::milliseconds lease_time = kLeaseTime);

    Awaitable<bool> lead() override;
    Awaitable<void> resign() override;
    Awaitable<std::optional<std::chrono::milliseconds>> add_if_due(const Schedule& schedule) override;

  private:
    redis::Client& client_;
    RedisKeys keys_;
    RedisScripts scripts_;
    std::string token_;
    const Clock& clock_;
    QueueOptions options_;
    std::chrono::milliseconds lease_time_;
};

}  // namespace karmen::tasks
