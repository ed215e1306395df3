#pragma once

#include "api/route.hpp"

namespace karmen::api {

/// The account that the first value of the path names. Throws Error(kUserNotFound).
Awaitable<User> require_user(const Services& services, const Call& call);

}  // namespace karmen::api
