#pragma once

#include <string>

namespace karmen::app {

/// A line of standard input. On a terminal it asks first and does not show what is typed.
std::string ask_for_secret(const char* question);

}  // namespace karmen::app
