#pragma once

#include "config/load.hpp"

#include <CLI/App.hpp>

#include <string>
#include <vector>

namespace karmen::config {

/// Adds `--config` and a flag for every option of the table, except secrets, to `app` (the program or one of its
/// subcommands). Parsing only stores their texts in `flags`, which must live as long as `app`; load() checks them
/// together with the other sources. May be called for several subcommands with the same `flags`.
void add_flags(CLI::App& app, Flags& flags);

/// One line for each argument that `app.parse` did not understand (CLI::ExtrasError), with what may have been meant.
std::vector<std::string> unknown_arguments(const CLI::App& app);

}  // namespace karmen::config
