#pragma once

#include "runtime/awaitable.hpp"

#include <chrono>

namespace karmen {

/// Waits; throws operation_aborted when the waiter is cancelled.
Awaitable<void> sleep_for(std::chrono::milliseconds duration);

/// Waits for one of the signals of the operating system and tells which came. While it waits they do not end the
/// process.
Awaitable<int> wait_for_termination();

}  // namespace karmen
