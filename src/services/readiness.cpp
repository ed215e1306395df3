#include "services/readiness.hpp"

#include "base/error.hpp"
#include "runtime/event.hpp"
#include "runtime/timeout.hpp"

#include <utility>

namespace karmen::services {

/// One run of a check; those who came while it ran share its result.
struct Readiness::Look {
    explicit Look(const Executor& loop) : done(loop) {}

    Event done;
    std::string problem = "does not answer";
};

namespace {

template <class Looks>
Awaitable<void> wait_for_all(Looks looks) {
    for (const auto& look : looks) co_await look->done.wait();
}

}  // namespace

Readiness::Readiness(Executor loop, std::vector<Check> checks, std::chrono::milliseconds timeout, Log& log)
    : loop_(loop), checks_(std::move(checks)), timeout_(timeout), tasks_(loop, log, "readiness") {}

std::shared_ptr<Readiness::Look> Readiness::look(const Check& check) {
    std::shared_ptr<Look>& look = looks_[check.name];
    if (look && !look->done.is_set()) return look;
    look = std::make_shared<Look>(loop_);
    tasks_.spawn(run(look, check.run()));
    return look;
}

Awaitable<void> Readiness::run(std::shared_ptr<Look> look, Awaitable<void> check) {
    try {
        co_await std::move(check);
        look->problem.clear();
    } catch (const Error& error) {
        look->problem = error.message();
    }
    look->done.set();
}

Awaitable<void> Readiness::require() {
    std::vector<std::shared_ptr<Look>> looks;
    for (const Check& check : checks_) looks.push_back(look(check));
    // They run on when their time is up: a thread that a disk holds cannot be called back.
    co_await finishes_within(timeout_, wait_for_all(looks));
    std::vector<FieldError> failed;
    for (std::size_t i = 0; i < checks_.size(); ++i)
        if (!looks[i]->problem.empty()) failed.push_back({"/" + checks_[i].name, looks[i]->problem});
    if (!failed.empty()) throw Error::not_ready(std::move(failed));
}

Awaitable<void> Readiness::stop() {
    tasks_.cancel();
    co_await tasks_.join();
}

}  // namespace karmen::services
