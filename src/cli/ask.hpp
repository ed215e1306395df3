#pragma once

#include <string>

namespace karmen::cli {

/// Reads a line of standard input, without its end. On a terminal it asks first and does not echo the input; the echo
/// is switched on again even if the program is ended meanwhile. One thread at a time.
std::string ask_for_secret(const char* question);

/// The same, but on a terminal it asks twice. Throws Error(kInvalidInput) if the answers differ.
std::string ask_for_new_secret(const char* question);

}  // namespace karmen::cli
