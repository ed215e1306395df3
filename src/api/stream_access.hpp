#pragma once

#include "base/log.hpp"
#include "identity/sessions.hpp"
#include "runtime/event.hpp"
#include "runtime/task_group.hpp"
#include "runtime/timeout.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace karmen::api {

/// Whether the user of a running stream may still have it: a suspended user must see nothing more, although the request
/// was made before. Part of the stream. Loop only.
class StreamAccess {
  public:
    /// Shared with the check that runs beside the stream. It may outlive the stream until the database answers.
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

    /// Waits for `operation`, the next piece of the stream. Returns nullopt at once if the user may not have the stream
    /// any more. Never waits for the database.
    template <class T>
    Awaitable<std::optional<T>> next(Awaitable<T> operation) {
        if (!state_) co_return co_await std::move(operation);
        if (!is_open()) co_return std::nullopt;
        auto piece = co_await unless(state_->ended, std::move(operation));
        if (!is_open()) piece.reset();
        co_return piece;
    }

    /// Why next() returned nullopt, for people; empty if the user may still have the stream.
    std::string_view why_ended() const;

    /// When the last successful check began. REQUIRES: the stream is not open to everybody.
    std::chrono::steady_clock::time_point confirmed() const { return state_->confirmed; }

  private:
    bool is_open() const {
        return !state_->ended.is_set() && std::chrono::steady_clock::now() - state_->confirmed < unchecked_max_;
    }

    std::shared_ptr<State> state_;
    std::chrono::milliseconds unchecked_max_;
};

/// Checks regularly, beside the streams, whether their users may still have them; neither the data nor the end of a
/// stream waits for the database. Loop only; owned by the composition root, stopped after the server.
class StreamChecks {
  public:
    struct Options {
        std::chrono::milliseconds interval{10'000};
        /// How long a stream goes on while the database does not answer.
        std::chrono::milliseconds unchecked_max{300'000};
    };

    StreamChecks(Executor loop, identity::Sessions& sessions, Options options, Log& log);

    /// `account` comes from the route's checks; if it is nullopt, the stream is open to everybody.
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
