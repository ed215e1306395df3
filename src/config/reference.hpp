#pragma once

#include "config/config.hpp"

#include <string>

namespace karmen::config {

/// Every option with its default, what it means and what it allows, as a TOML file that can be used as it is.
std::string print_reference();

/// The values of `config` as TOML; a secret shows only whether it is set.
std::string print_effective(const Config& config);

}  // namespace karmen::config
