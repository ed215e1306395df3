#pragma once

#include "config/config.hpp"

#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace karmen::config {

/// What the command line said: filled by the flags of add_flags().
struct Flags {
    std::string config_file;                    ///< empty: not given
    std::map<std::string, std::string> values;  ///< by key, `http.port`
};

/// Where options come from, weakest first; a later one wins. Nothing else is read: a `karmen.toml` that happens to lie
/// in the working directory is not.
struct Sources {
    /// The text of a file; throws std::runtime_error with the reason.
    std::function<std::string(const std::string& path)> read_file;
    /// All variables of the process. Only those that begin with KARMEN_ are used, and the POSTGRES_ ones of Karmen
    /// 0.0.13 that the help of `storage.postgres_url` names.
    std::map<std::string, std::string> environment;
    Flags flags;
};

/// Options that cannot be used. Each problem is one line that names source, option, and what is allowed.
class ConfigError : public std::runtime_error {
  public:
    explicit ConfigError(std::vector<std::string> problems);
    const std::vector<std::string>& problems() const { return problems_; }

  private:
    std::vector<std::string> problems_;
};

/// The defaults, changed by the file that `--config` or KARMEN_CONFIG names, then by the environment, then by flags.
/// Throws ConfigError with everything that is wrong in any source, even if a stronger source overrides it. Any thread,
/// blocks in read_file.
Config load(const Sources& sources);

}  // namespace karmen::config
