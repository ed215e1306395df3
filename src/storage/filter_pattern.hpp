#pragma once

#include <re2/re2.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace karmen::storage {

/// What the pattern of a filter may cost.
struct FilterLimits {
    std::size_t length_max = 200;  ///< bytes
    int size_max = 1000;           ///< instructions of the program that RE2 makes of it
};

/// A pattern in RE2's syntax, letter case ignored: time linear in the text, memory bounded. `ok()` tells whether it
/// compiled. Immutable; any thread.
std::unique_ptr<re2::RE2> compile_filter(std::string_view pattern);

/// Throws Error::invalid (`/filter`) for a pattern that does not compile or is too dear. Any thread.
void check_filter(std::string_view pattern, const FilterLimits& limits);

}  // namespace karmen::storage
