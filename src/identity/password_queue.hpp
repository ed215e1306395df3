#pragma once

#include "base/clock.hpp"
#include "identity/password_turns.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/event.hpp"
#include "runtime/pool.hpp"

#include <map>
#include <string>
#include <type_traits>
#include <utility>

namespace karmen::identity {

/// The queue in front of the pool that computes hashes of passwords, so that clients that send many do not keep out
/// others. PasswordTurns decides which log-in is next. Loop only; owned by the composition root. The pool and the clock
/// outlive it, and it outlives all calls of run().
class PasswordQueue {
  public:
    /// `clock` is monotonic.
    PasswordQueue(Executor loop, Pool& cpu, const Clock& clock, PasswordTurnLimits limits)
        : loop_(std::move(loop)), cpu_(cpu), clock_(clock), turns_(limits) {}

    /// Throws the Error that run() would throw now for this network. For callers that have much to do before run().
    void require_place(const std::string& network) const { turns_.require_place(network); }

    /// Waits for its turn and runs `work` on the pool; returns its value or throws its exception. A caller that is
    /// cancelled while it waits leaves the queue; if its work is running, it keeps its worker until the work ends.
    /// Throws Error: as PasswordTurns::enter, and kOverloaded if the pool is full.
    template <class F>
    Awaitable<std::invoke_result_t<F&>> run(std::string network, std::string name, F work) {
        Turn turn(*this, std::move(network), std::move(name));
        co_await turn.begun();
        co_return co_await offload(cpu_, std::move(work));
    }

    /// A password of this network was wrong.
    void note_failure(const std::string& network) { turns_.note_failure(network, clock_.now()); }

    std::size_t waiting() const { return turns_.waiting(); }
    std::size_t running() const { return turns_.running(); }

  private:
    /// A place in the queue, and then a worker, until it is destroyed.
    class Turn {
      public:
        Turn(PasswordQueue& queue, std::string network, std::string name);
        ~Turn();
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

        Awaitable<void> begun() { return begun_.wait(); }

      private:
        PasswordQueue& queue_;
        Event begun_;
        PasswordTurns::Id id_;
    };
    void begin_turns();

    Executor loop_;
    Pool& cpu_;
    const Clock& clock_;
    PasswordTurns turns_;
    std::map<PasswordTurns::Id, Event*> begun_;  ///< of each turn
};

}  // namespace karmen::identity
