#pragma once

#include <string>
#include <string_view>

namespace karmen::storage {

/// A pattern that RE2 has accepted as PostgreSQL's regular expressions write it, so that it finds the same. Throws
/// Error::invalid (`/filter`) for what one of both has and the other has not. Any thread.
std::string to_postgres_pattern(std::string_view re2);

}  // namespace karmen::storage
