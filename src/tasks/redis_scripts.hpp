#pragma once

#include "redis/script.hpp"

#include <string>

namespace karmen::tasks {

/// The names under which Redis keeps tasks. All scripts get the first three in this order.
///
/// queue    stream with a consumer group: what is queued, and what is running (the group's pending entries). An entry
/// is
///          deleted when its task is done or goes elsewhere, so the stream is as long as what is unfinished, and
///          nothing trims what somebody still has to do.
/// delayed  sorted set of packed tasks by the time (ms) of their next attempt
/// dead     stream of tasks that nobody tries any more, trimmed to its newest entries
/// last     hash: when each scheduled task ran last (ms)
/// lease    the token of the scheduler that leads
struct RedisKeys {
    explicit RedisKeys(const std::string& prefix)
        : queue(prefix + "tasks:queue"),
          delayed(prefix + "tasks:delayed"),
          dead(prefix + "tasks:dead"),
          last(prefix + "scheduler:last"),
          lease(prefix + "scheduler:lease") {}

    std::string queue;
    std::string delayed;
    std::string dead;
    std::string last;
    std::string lease;
};

inline constexpr const char* kConsumerGroup = "workers";

/// Each script is one atomic step that uses the clock of Redis. Its arguments are listed above its source.
struct RedisScripts {
    RedisScripts();

    redis::Script add;
    redis::Script next;
    redis::Script renew;
    redis::Script acknowledge;
    redis::Script fail;
    redis::Script give_back;
    redis::Script give_back_all;
    redis::Script replay;
    redis::Script discard;
    redis::Script counts;
    redis::Script forget_consumers;
    redis::Script lead;
    redis::Script resign;
    redis::Script add_if_due;
};

}  // namespace karmen::tasks
