#include "config/reference.hpp"

#include "config/options.hpp"

#include <fmt/format.h>

#include <string_view>

namespace karmen::config {

namespace {

constexpr std::string_view kPreface =
    R"(# Every option of Karmen with its default. Options come from this file (karmen serve --config FILE), from the environment and
# from flags; a flag is stronger than the environment, the environment stronger than the file.
# Times: a number and ms, s, m, h or d. Sizes: bytes, or a number and KiB, MiB, GiB or TiB. In the environment and in flags,
# lists are written with commas.
)";

template <class F>
std::string by_section(F print_option) {
    std::string text;
    std::string_view section;
    for (const Option& option : options()) {
        if (option.section() != section) {
            section = option.section();
            text += fmt::format("\n[{}]\n", section);
        }
        text += print_option(option);
    }
    return text;
}

std::string named_in(const Option& option) {
    return option.is_secret() ? option.environment_variable()
                              : fmt::format("{}, {}", option.environment_variable(), option.flag());
}

}  // namespace

std::string print_reference() {
    const Config defaults;
    return std::string(kPreface) + by_section([&](const Option& option) {
               return fmt::format("\n# {}\n# Allowed: {}. Also: {}\n{} = {}\n", option.help, allowed(option),
                                  named_in(option), option.name(), to_toml(option, defaults));
           });
}

std::string print_effective(const Config& config) {
    return by_section([&](const Option& option) {
        const auto* secret = std::get_if<SecretOption>(&option.kind);
        if (secret != nullptr && !secret->field.of(config).empty())
            return fmt::format("# {} is set, and not shown\n", option.name());
        return fmt::format("{} = {}\n", option.name(), to_toml(option, config));
    });
}

}  // namespace karmen::config
