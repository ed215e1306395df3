#include "api/stream_access.hpp"

#include "base/error.hpp"
#include "http/problem.hpp"

namespace karmen::api {

namespace {

using std::chrono::steady_clock;

/// So that many streams do not fill the queue of a database that hangs.
constexpr std::size_t kChecksAtOnce = 2;

}  // namespace

std::string_view StreamAccess::why_ended() const {
    if (!state_ || is_open()) return {};
    return state_->ended.is_set() ? "the user may not have it any more" : "nobody could check the user for too long";
}

StreamChecks::StreamChecks(Executor loop, identity::Sessions& sessions, Options options, Log& log)
    : loop_(std::move(loop)),
      sessions_(sessions),
      options_(options),
      at_once_(loop_, kChecksAtOnce),
      tasks_(loop_, log, "checks of streams") {}

StreamAccess StreamChecks::begin(std::optional<identity::Account> account) {
    if (!account) return {nullptr, options_.unchecked_max};
    auto state = std::make_shared<StreamAccess::State>(loop_);
    tasks_.spawn(watch(state, *std::move(account)));
    return {std::move(state), options_.unchecked_max};
}

Awaitable<void> StreamChecks::watch(std::shared_ptr<StreamAccess::State> state, identity::Account account) {
    while (!co_await finishes_within(options_.interval, state->ended.wait())) {
        const auto asked = steady_clock::now();
        const Answer answer = co_await look(account);
        if (answer == Answer::kMay) state->confirmed = asked;
        if (answer == Answer::kMayNot) state->ended.set();
    }
}

Awaitable<StreamChecks::Answer> StreamChecks::look(identity::Account account) {
    const auto place = co_await at_once_.acquire();
    const Role role =
        account.principal.role;  // decides what is in the stream: a client that comes back gets its new one
    try {
        const identity::Account now = co_await sessions_.look_again(std::move(account));
        co_return now.local.force_password_change || now.principal.role != role ? Answer::kMayNot : Answer::kMay;
    } catch (const Error& error) {
        // While the database is down, no stream is ended.
        co_return http::status_of(error.code()) >= 500 ? Answer::kNone : Answer::kMayNot;
    }
}

Awaitable<void> StreamChecks::stop() {
    tasks_.cancel();
    co_await tasks_.join();
}

}  // namespace karmen::api
