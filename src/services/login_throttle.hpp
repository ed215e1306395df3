#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace karmen::services {

struct LoginThrottleOptions {
    int failures_slow = 5;  ///< from so many failures on, answers take longer and longer
    int failures_max = 20;  ///< from so many on, nothing is tried any more for `block`
    std::chrono::milliseconds window{std::chrono::minutes(5)};
    std::chrono::milliseconds block{std::chrono::minutes(15)};
};

/// Counts failed logins per user and address, so that guessing from one place does not lock the user out elsewhere.
/// Loop only.
class LoginThrottle {
  public:
    LoginThrottle(LoginThrottleOptions options, const Clock& clock) : options_(options), clock_(clock) {}

    /// Counts an attempt as failed until succeeded() says otherwise, so that many at the same time do not slip through.
    /// Gives how long to wait before it is tried. Throws Error(kTooManyRequests).
    std::chrono::milliseconds begin(std::string_view username, std::string_view address);

    void succeeded(std::string_view username, std::string_view address);

    /// Takes back the last attempt: it was not tried, since the server had no time for it.
    void not_tried(std::string_view username, std::string_view address);

    /// What strangers can make it remember is bounded: beyond this the oldest that block nobody are forgotten.
    static constexpr std::size_t kEntriesMax = 50'000;

  private:
    struct Entry {
        std::vector<Timestamp> failures;  ///< within the window
        Timestamp blocked_until{};
    };
    void forget_old_entries(Timestamp now);
    void make_room(Timestamp now);

    LoginThrottleOptions options_;
    const Clock& clock_;
    std::unordered_map<std::string, Entry> entries_;
    Timestamp swept_{};
};

}  // namespace karmen::services
