#pragma once

#include "runtime/awaitable.hpp"

#include <chrono>
#include <string>

namespace karmen::identity {

struct LoginThrottleOptions {
    int failures_slow = 5;  ///< from this number of failures on, answers take longer and longer
    int failures_max = 20;  ///< from this number on, all attempts are refused for `block`
    std::chrono::milliseconds window{std::chrono::minutes(5)};
    std::chrono::milliseconds block{std::chrono::minutes(15)};
    int names_slow = 50;  ///< this many different names that fail from one network slow it down:
    std::chrono::milliseconds names_interval{2000};  ///< then it gets one attempt in this time
};

/// Counts failed log-ins per user and network, so that guessing from one place does not lock the user out elsewhere.
/// Also counts the names that fail from one network, so that a few passwords cannot be tried with many names.
/// identity::client_network maps an address to its network. Owned by the composition root. Loop only. Throws
/// Error(kServiceUnavailable) if the server that keeps the counts is down.
class LoginThrottle {
  public:
    virtual ~LoginThrottle() = default;

    /// Counts an attempt as failed until succeeded() is called, so that many attempts at the same time do not slip
    /// through. Returns how long to wait before the attempt. Throws Error(kTooManyRequests).
    virtual Awaitable<std::chrono::milliseconds> begin(std::string username, std::string network) = 0;

    virtual Awaitable<void> succeeded(std::string username, std::string network) = 0;

    /// Takes back the last attempt, because the server had no time to try it.
    virtual Awaitable<void> not_tried(std::string username, std::string network) = 0;
};

/// An attempt that would have to wait for longer than this is refused.
inline constexpr std::chrono::milliseconds kLoginDelayMax{5000};
/// The delay after this number of earlier failures, the same in all implementations.
std::chrono::milliseconds login_delay(const LoginThrottleOptions& options, std::size_t failures);
/// Throws Error(kTooManyRequests).
[[noreturn]] void refuse_login(std::chrono::milliseconds blocked_for);
/// The key by which failures are counted.
std::string login_key(const std::string& username, const std::string& network);

}  // namespace karmen::identity
