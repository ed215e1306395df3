#pragma once

#include "base/clock.hpp"
#include "identity/login_throttle.hpp"

#include <cstddef>
#include <unordered_map>
#include <utility>
#include <vector>

namespace karmen::identity {

/// The throttle of one process. Its memory is bounded.
class MemoryLoginThrottle final : public LoginThrottle {
  public:
    MemoryLoginThrottle(LoginThrottleOptions options, const Clock& clock) : options_(options), clock_(clock) {}

    Awaitable<std::chrono::milliseconds> begin(std::string username, std::string network) override;
    Awaitable<void> succeeded(std::string username, std::string network) override;
    Awaitable<void> not_tried(std::string username, std::string network) override;

    /// Above this, the oldest entries that block nobody are dropped.
    static constexpr std::size_t kEntriesMax = 50'000;
    /// Above this, the networks whose last failure is the oldest are dropped.
    static constexpr std::size_t kNetworksMax = 10'000;

  private:
    struct Entry {
        std::vector<Timestamp> failures;  ///< within the window
        Timestamp blocked_until{};
    };
    struct Network {
        /// The newest names that failed, the newest last. They are stored as hashes, which is enough to count them and
        /// takes less memory.
        std::vector<std::pair<Timestamp, std::size_t>> names;
        Timestamp next_attempt{};
    };
    void refuse_if_blocked(const std::string& key, Timestamp now);
    std::chrono::milliseconds take_place(Network& network, Timestamp now) const;
    void remember_name(Network& network, const std::string& username, Timestamp now) const;
    void forget_name(const std::string& username, const std::string& network);
    void forget_old_entries(Timestamp now);
    void make_room(Timestamp now);

    LoginThrottleOptions options_;
    const Clock& clock_;
    std::unordered_map<std::string, Entry> entries_;
    std::unordered_map<std::string, Network> networks_;
    Timestamp swept_{};
};

}  // namespace karmen::identity
