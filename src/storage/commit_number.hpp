#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace karmen::storage {

/// Two equal numbers: between the two calls nothing was committed, by no connection of no process, so what was read
/// after the first call still holds. nullopt: that cannot be told without waiting. A call takes some microseconds. Loop
/// only, and only until the database's life ends.
using CommitNumber = std::function<std::optional<std::int64_t>()>;

/// For databases that only a query can tell it.
inline std::optional<std::int64_t> no_commit_number() {
    return std::nullopt;
}

}  // namespace karmen::storage
