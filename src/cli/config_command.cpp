#include "cli/commands.hpp"
#include "config/reference.hpp"

#include <fmt/core.h>

namespace karmen::cli {

void add_config_command(CLI::App& program, Run& chosen) {
    CLI::App* command =
        program.add_subcommand("config", "Print all options with their defaults, as a TOML file")->fallthrough();
    const auto* effective =
        command->add_flag("--effective")->description("Print the options as they are set now instead");
    command->callback([&chosen, effective] {
        const bool wants_effective = effective->count() > 0;
        chosen = [wants_effective](const config::Config& config) {
            fmt::print("{}", wants_effective ? config::print_effective(config) : config::print_reference());
            return 0;
        };
    });
}

}  // namespace karmen::cli
