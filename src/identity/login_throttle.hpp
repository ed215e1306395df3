#pragma once

#include "runtime/awaitable.hpp"

#include <chrono>
#include <string>

namespace karmen::identity {

struct LoginThrottleOptions {
    int failures_slow = 5;  ///< from so many failures on, answers take longer and longer
    int failures_max = 20;  ///< from so many on, nothing is tried any more for `block`
    std::chrono::milliseconds window{std::chrono::minutes(5)};
    std::chrono::milliseconds block{std::chrono::minutes(15)};
    int names_slow = 50;  ///< so many different names that fail from one network slow it down:
    std::chrono::milliseconds names_interval{2000};  ///< its log-ins are tried one in this time
};

/// Counts failed logins per user and network, so that guessing from one place does not lock the user out elsewhere; and
/// the names that fail from one network, so that few passwords cannot be tried with many names. A network is what
/// identity::client_network makes of an address.
/// Owned by the composition root. Loop only. Throws Error(kServiceUnavailable) when what it counts is kept in a server
/// that is away.
class LoginThrottle {
  public:
    virtual ~LoginThrottle() = default;

    /// Counts an attempt as failed until succeeded() says otherwise, so that many at the same time do not slip through.
    /// Gives how long to wait before it is tried. Throws Error(kTooManyRequests).
    virtual Awaitable<std::chrono::milliseconds> begin(std::string username, std::string network) = 0;

    virtual Awaitable<void> succeeded(std::string username, std::string network) = 0;

    /// Takes back the last attempt: it was not tried, since the server had no time for it.
    virtual Awaitable<void> not_tried(std::string username, std::string network) = 0;
};

/// An attempt that would have to wait for longer than this is refused.
inline constexpr std::chrono::milliseconds kLoginDelayMax{5000};
/// What every implementation answers with so many failures before this attempt.
std::chrono::milliseconds login_delay(const LoginThrottleOptions& options, std::size_t failures);
/// Throws Error(kTooManyRequests).
[[noreturn]] void refuse_login(std::chrono::milliseconds blocked_for);
/// What failures are counted by.
std::string login_key(const std::string& username, const std::string& network);

}  // namespace karmen::identity
