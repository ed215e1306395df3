#pragma once

#include "api/route.hpp"

#include <chrono>
#include <optional>

namespace karmen::api {

/// Whether who began a stream may still have it: a suspended user sees nothing more, though the request was made
/// before. Loop only; part of the stream.
class StreamAccess {
  public:
    /// Of the route's checks; without an account everybody may.
    StreamAccess(const Services& services, std::optional<services::Account> account);

    /// Looks from time to time only. While the database is away nobody is sent away; one that hangs holds the stream
    /// for its time limit.
    Awaitable<bool> is_open();

  private:
    Awaitable<bool> look();

    services::Sessions& sessions_;
    std::chrono::milliseconds interval_;
    std::optional<services::Account> account_;
    std::chrono::steady_clock::time_point looked_;
};

}  // namespace karmen::api
