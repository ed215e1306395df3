#pragma once

#include "runtime/awaitable.hpp"
#include "runtime/event.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

namespace karmen::fleet {

/// Bounds how many printers are asked at the same time. Turns come in the order in which they were begun, but printers
/// that did not answer last time get half of the places at most: each of them holds its place until a timeout, and many
/// of them must not delay those that answer. Loop only; outlives its turns.
class Turns {
  public:
    Turns(Executor loop, std::size_t places) : loop_(std::move(loop)), places_(std::max<std::size_t>(places, 2)) {}

    enum class Expected { kAnswer, kSilence };

    /// Waits in the queue or holds a place, until it is destroyed.
    class Turn {
      public:
        Turn(Turns& turns, Expected expected);
        ~Turn();
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

        Awaitable<void> wait() { return begun_.wait(); }
        bool has_begun() const { return begun_.is_set(); }
        /// At once, even if all places are taken: somebody waits for this printer.
        void hurry();

      private:
        friend class Turns;
        Turns& turns_;
        Expected expected_;
        std::uint64_t number_;
        Event begun_;
    };

    std::size_t running() const { return running_; }

  private:
    std::deque<Turn*>& queue_of(Expected expected) { return expected == Expected::kAnswer ? answering_ : silent_; }
    Turn* next() const;
    void begin(Turn& turn);
    void begin_next();

    Executor loop_;
    std::size_t places_;
    std::size_t running_ = 0;
    std::size_t running_silent_ = 0;
    std::uint64_t numbers_ = 0;
    std::deque<Turn*> answering_;  ///< those that wait
    std::deque<Turn*> silent_;
};

}  // namespace karmen::fleet
