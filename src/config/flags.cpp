#include "config/flags.hpp"

#include "config/options.hpp"
#include "config/unknown.hpp"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

namespace karmen::config {

void add_flags(CLI::App& app, Flags& flags) {
    app.add_option("--config", flags.config_file, "TOML file of options; default: none, or what KARMEN_CONFIG names")
        ->type_name("FILE");
    const Config defaults;
    for (const Option& option : options()) {
        if (option.is_secret()) continue;
        const std::string key(option.key);
        const auto note = [&flags, key](const std::string& text) { flags.values[key] = text; };
        app.add_option_function<std::string>(option.flag(), note,
                                             fmt::format("{} Default: {}", option.help, to_toml(option, defaults)))
            ->type_name("")
            ->group(fmt::format("Options: {}", option.section().empty() ? "general" : option.section()));
    }
}

std::vector<std::string> unknown_arguments(const CLI::App& app) {
    std::vector<std::string> lines;
    for (const std::string& argument : app.remaining(true))
        if (argument.starts_with('-'))
            lines.push_back(fmt::format("command line: {}: no such option{}", argument.substr(0, argument.find('=')),
                                        suggest_flag(argument)));
    if (lines.empty())
        for (const std::string& argument : app.remaining(true))
            lines.push_back(fmt::format("command line: {}: not expected here", argument));
    return lines;
}

}  // namespace karmen::config
