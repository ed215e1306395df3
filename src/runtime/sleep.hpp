#pragma once

#include "runtime/awaitable.hpp"

#include <chrono>

namespace karmen {

/// Waits; throws operation_aborted when the waiter is cancelled.
Awaitable<void> sleep_for(std::chrono::milliseconds duration);

}  // namespace karmen
