#include "tasks/redis_timetable.hpp"

#include "base/random.hpp"

#include <utility>

namespace karmen::tasks {

namespace {

using redis::Arguments;
using redis::Reply;
using std::chrono::milliseconds;

constexpr std::size_t kTokenBytes = 16;

}  // namespace

RedisTimetable::RedisTimetable(redis::Client& client, const std::string& key_prefix, const Clock& clock,
                               QueueOptions options, milliseconds lease_time)
    : client_(client),
      keys_(key_prefix),
      token_(random_hex(kTokenBytes)),
      clock_(clock),
      options_(options),
      lease_time_(lease_time) {}

Awaitable<bool> RedisTimetable::lead() {
    Arguments keys{keys_.lease};
    Arguments arguments{token_, std::to_string(lease_time_.count())};
    const Reply reply = co_await client_.run(scripts_.lead, std::move(keys), std::move(arguments));
    co_return reply.integer() == 1;
}

Awaitable<void> RedisTimetable::resign() {
    Arguments keys{keys_.lease};
    Arguments arguments{token_};
    co_await client_.run(scripts_.resign, std::move(keys), std::move(arguments));
}

Awaitable<std::optional<milliseconds>> RedisTimetable::add_if_due(const Schedule& schedule) {
    const Task task = make_task(schedule.task, clock_.now(), options_);
    Arguments keys{keys_.queue, keys_.delayed, keys_.dead, keys_.last, keys_.lease};
    Arguments arguments{token_,
                        schedule.name,
                        std::to_string(schedule.interval.count()),
                        std::to_string(options_.waiting_max),
                        task.id,
                        task.kind,
                        task.payload,
                        std::to_string(task.created.time_since_epoch().count())};
    const Reply reply = co_await client_.run(scripts_.add_if_due, std::move(keys), std::move(arguments));
    if (reply.integer() < 0) co_return std::nullopt;
    co_return milliseconds(reply.integer());
}

}  // namespace karmen::tasks
