#pragma once

#include "config/config.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace karmen::config {

/// Puts the options of a TOML text into `config`; the answer is what is wrong with it, each beginning with
/// `<path>:<line>: `. A text that is not TOML at all has one problem, its first. `path` is for messages.
std::vector<std::string> read_toml(std::string_view text, std::string_view path, Config& config);

}  // namespace karmen::config
