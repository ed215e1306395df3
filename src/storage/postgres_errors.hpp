#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace karmen::storage {

/// What an answer of PostgreSQL means. `sqlstate` has five characters (appendix A of its manual), or is blank when the
/// connection broke and there was no answer. Values that were bound, which some messages repeat, stay out of the error.
Error postgres_error(std::string_view sqlstate, const std::string& message);

/// For an attempt to connect, which has no SQLSTATE.
Error postgres_unreachable(const std::string& message);

}  // namespace karmen::storage
