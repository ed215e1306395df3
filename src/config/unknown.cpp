#include "config/unknown.hpp"

#include "base/text.hpp"
#include "config/options.hpp"
#include "config/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace karmen::config {

namespace {

/// `bare` is the wrong name as TOML would write it, without prefix; `name_of` gives an option's name in the same form
/// as `wrong`.
template <class F>
std::string suggest(std::string_view wrong, std::string_view bare, F name_of) {
    const auto same_name = std::ranges::find(options(), bare, &Option::name);
    if (same_name != options().end()) return fmt::format("; did you mean {}?", name_of(*same_name));
    std::vector<std::string> names;
    for (const Option& option : options()) names.emplace_back(name_of(option));
    const std::string_view near = nearest(wrong, names);
    return near.empty() ? std::string() : fmt::format("; did you mean {}?", near);
}

}  // namespace

bool is_section(std::string_view key) {
    return std::ranges::any_of(options(),
                               [&](const Option& option) { return !key.empty() && option.section() == key; });
}

std::string suggest_key(std::string_view key) {
    return suggest(key, key, [](const Option& option) { return option.key; });
}

std::string suggest_environment_variable(std::string_view name) {
    const std::string bare = to_lower(name.substr(name.find('_') + 1));
    return suggest(name, bare, [](const Option& option) { return option.environment_variable(); });
}

std::string suggest_flag(std::string_view argument) {
    const std::string_view wrong = argument.substr(0, argument.find('='));
    for (const Option& option : options())
        if (option.is_secret() && option.flag() == wrong)
            return fmt::format("; a secret has no flag, set {}", option.environment_variable());
    std::string bare(wrong.substr(std::min(wrong.find_first_not_of('-'), wrong.size())));
    std::ranges::replace(bare, '-', '_');
    return suggest(wrong, bare, [](const Option& option) { return option.flag(); });
}

}  // namespace karmen::config
