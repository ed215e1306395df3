#include "api/stream_access.hpp"

#include "base/error.hpp"
#include "http/problem.hpp"

#include <utility>

namespace karmen::api {

using std::chrono::steady_clock;

StreamAccess::StreamAccess(const Services& services, std::optional<services::Account> account)
    : sessions_(services.sessions),
      interval_(services.limits.stream_check_interval),
      account_(std::move(account)),
      looked_(steady_clock::now()) {}

Awaitable<bool> StreamAccess::is_open() {
    if (!account_ || steady_clock::now() - looked_ < interval_) co_return true;
    const bool is_open = co_await look();
    looked_ = steady_clock::now();
    co_return is_open;
}

Awaitable<bool> StreamAccess::look() {
    try {
        const services::Account now = co_await sessions_.look_again(*account_);
        co_return !now.local.force_password_change;
    } catch (const Error& error) {
        co_return http::status_of(error.code()) >= 500;
    }
}

}  // namespace karmen::api
