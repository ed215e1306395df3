#pragma once

#include "base/clock.hpp"
#include "services/login_throttle.hpp"

#include <cstddef>
#include <unordered_map>
#include <vector>

namespace karmen::services {

/// The throttle of one process. What strangers can make it remember is bounded.
class MemoryLoginThrottle final : public LoginThrottle {
  public:
    MemoryLoginThrottle(LoginThrottleOptions options, const Clock& clock) : options_(options), clock_(clock) {}

    Awaitable<std::chrono::milliseconds> begin(std::string username, std::string address) override;
    Awaitable<void> succeeded(std::string username, std::string address) override;
    Awaitable<void> not_tried(std::string username, std::string address) override;

    /// Beyond this the oldest that block nobody are forgotten.
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
