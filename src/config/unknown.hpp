#pragma once

#include <string>
#include <string_view>

namespace karmen::config {

/// `http` is one: some option's key begins with `http.`.
bool is_section(std::string_view key);

/// `; did you mean http.port?`, or empty if nothing is similar. An option without its section counts as similar, too:
/// `port`.
std::string suggest_key(std::string_view key);
std::string suggest_environment_variable(std::string_view name);
/// For what the command line did not understand, `--http-prot` or `--http-prot=80`.
std::string suggest_flag(std::string_view argument);

}  // namespace karmen::config
