#include "identity/login_throttle.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace karmen::identity {

namespace {

constexpr std::chrono::milliseconds kDelayStep{500};

}  // namespace

std::chrono::milliseconds login_delay(const LoginThrottleOptions& options, std::size_t failures) {
    const auto over = static_cast<std::int64_t>(failures) - options.failures_slow + 1;
    return std::clamp(kDelayStep * over, std::chrono::milliseconds{0}, kLoginDelayMax);
}

void refuse_login(std::chrono::milliseconds blocked_for) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(blocked_for);
    throw Error(ErrorCode::kTooManyRequests, PublicMessage{"Too many failed logins, try again later"})
        .with_retry_after(static_cast<int>(left.count()));
}

std::string login_key(const std::string& username, const std::string& network) {
    // The separator cannot be part of a network.
    return network + '\n' + username;
}

}  // namespace karmen::identity
