#pragma once

#include <chrono>
#include <string>

namespace karmen {

/// A moment as people and databases know it: microseconds since 1970 in UTC.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// The wall clock, as an interface so that tests can turn it. Any thread.
class Clock {
  public:
    virtual ~Clock() = default;
    virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
  public:
    Timestamp now() const override;
};

/// For durations within one process: it does not change when the wall clock is set. Its values are not dates.
class MonotonicClock final : public Clock {
  public:
    Timestamp now() const override;
};

/// `2026-11-23T11:23:03.307644+00:00` (ISO 8601 with offset, always UTC).
std::string to_iso8601(Timestamp time);

/// Reads what `to_iso8601` writes; also `Z`, a blank instead of `T`, no fraction, no offset (then UTC) and other
/// offsets. Throws std::invalid_argument, also for what is out of range and for years that are not 1 to 9999.
Timestamp parse_iso8601(const std::string& text);

}  // namespace karmen
