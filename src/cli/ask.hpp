#pragma once

#include <string>

namespace karmen::cli {

/// A line of standard input, without its end. On a terminal it asks first and does not show what is typed; whatever
/// ends the program meanwhile, the terminal shows what is typed afterwards. One thread at a time.
std::string ask_for_secret(const char* question);

/// The same, but on a terminal it asks twice. Throws Error(kInvalidInput) when the answers differ.
std::string ask_for_new_secret(const char* question);

}  // namespace karmen::cli
