#pragma once

#include "base/log.hpp"
#include "identity/sessions.hpp"
#include "runtime/event.hpp"
#include "runtime/task_group.hpp"
#include "runtime/timeout.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace karmen::api {

/// Whether who began a stream may still have it: a suspended user sees nothing more, though the request was made
/// before. Part of the stream. Loop only.
class StreamAccess {
  public:
    /// Shared with the check that runs beside the stream, and may outlive it for as long as the database takes.
    struct State {
        explicit State(const Executor& loop) : ended(loop) {}

        Event ended;  ///< the stream is over, or its user may not have it any more
        std::chrono::steady_clock::time_point confirmed = std::chrono::steady_clock::now();
    };

    /// `state` is null for streams that everybody may have.
    StreamAccess(std::shared_ptr<State> state, std::chrono::milliseconds unchecked_max)
        : state_(std::move(state)), unchecked_max_(unchecked_max) {}
    StreamAccess(StreamAccess&&) = default;
    StreamAccess& operator=(StreamAccess&&) = delete;
    ~StreamAccess() {
        if (state_) state_->ended.set();
    }

    /// The next piece of the stream, which `operation` waits for; none, and at once, when its user may not have it any
    /// more. Never waits for the database.
    template <class T>
    Awaitable<std::optional<T>> next(Awaitable<T> operation) {
        if (!state_) co_return co_await std::move(operation);
        if (!is_open()) co_return std::nullopt;
        auto piece = co_await unless(state_->ended, std::move(operation));
        if (!is_open()) piece.reset();
        co_return piece;
    }

    /// When the last check that said yes was begun. Not of streams that everybody may have.
    std::chrono::steady_clock::time_point confirmed() const { return state_->confirmed; }

  private:
    bool is_open() const {
        return !state_->ended.is_set() && std::chrono::steady_clock::now() - state_->confirmed < unchecked_max_;
    }

    std::shared_ptr<State> state_;
    std::chrono::milliseconds unchecked_max_;
};

/// Asks again and again whether the users of streams may still have them, beside the streams: neither their data nor
/// their end waits for the database. Loop only; owned by the composition root, stopped after the server.
class StreamChecks {
  public:
    struct Options {
        std::chrono::milliseconds interval{10'000};
        /// While the database does not answer a stream goes on for this time.
        std::chrono::milliseconds unchecked_max{300'000};
    };

    StreamChecks(Executor loop, identity::Sessions& sessions, Options options, Log& log);

    /// Of the route's checks; without an account everybody may.
    StreamAccess begin(std::optional<identity::Account> account);

    Awaitable<void> stop();

  private:
    enum class Answer { kMay, kMayNot, kNone };

    Awaitable<void> watch(std::shared_ptr<StreamAccess::State> state, identity::Account account);
    Awaitable<Answer> look(identity::Account account);

    Executor loop_;
    identity::Sessions& sessions_;
    Options options_;
    Semaphore at_once_;
    TaskGroup tasks_;
};

}  // namespace karmen::api
