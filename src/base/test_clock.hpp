#pragma once

#include "base/clock.hpp"

#include <atomic>
#include <chrono>

namespace karmen {

/// For tests only: a clock that stands still until it is turned. Any thread.
class TurnableClock final : public Clock {
  public:
    Timestamp now() const override { return Timestamp(std::chrono::microseconds(microseconds_.load())); }
    void advance(std::chrono::milliseconds by) { microseconds_ += std::chrono::microseconds(by).count(); }

  private:
    std::atomic<std::int64_t> microseconds_{std::chrono::microseconds(std::chrono::hours(500'000)).count()};
};

}  // namespace karmen
