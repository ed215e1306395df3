#include "tasks/scheduler.hpp"

#include "base/error.hpp"
#include "runtime/sleep.hpp"

#include <algorithm>
#include <utility>

namespace karmen::tasks {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPauseMin{10};

}  // namespace

Scheduler::Scheduler(Executor loop, Timetable& timetable, std::vector<Schedule> schedules, Log& log,
                     milliseconds lead_interval)
    : timetable_(timetable),
      schedules_(std::move(schedules)),
      log_(log),
      lead_interval_(lead_interval),
      tasks_(loop, log, "scheduler") {}

void Scheduler::start() {
    tasks_.spawn(run());
}

Awaitable<void> Scheduler::stop() {
    tasks_.cancel();
    co_await tasks_.join();
    if (!std::exchange(is_leading_, false)) co_return;
    try {
        co_await timetable_.resign();
    } catch (const Error& error) {
        log_.debug("another scheduler leads after the lease", {{"error", error.what()}});
    }
}

Awaitable<void> Scheduler::run() {
    while (true) {
        milliseconds pause = lead_interval_;
        try {
            pause = co_await look();
            is_away_ = false;
        } catch (const Error& error) {
            leads(false);
            // One line for an absence, not one for each attempt.
            if (!std::exchange(is_away_, true)) log_.warning("the scheduler waits", {{"error", error.what()}});
        }
        co_await sleep_for(std::max(pause, kPauseMin));
    }
}

Awaitable<milliseconds> Scheduler::look() {
    const bool is_first = co_await timetable_.lead();
    leads(is_first);
    milliseconds pause = lead_interval_;
    if (!is_first) co_return pause;
    for (const Schedule& schedule : schedules_) {
        const auto next = co_await timetable_.add_if_due(schedule);
        if (!next) {
            leads(false);
            break;
        }
        pause = std::min(pause, *next);
    }
    co_return pause;
}

void Scheduler::leads(bool is_leading) {
    if (std::exchange(is_leading_, is_leading) == is_leading) return;
    log_.info(is_leading ? "this scheduler leads" : "this scheduler leads no more");
}

}  // namespace karmen::tasks
