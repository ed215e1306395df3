#include "config/load.hpp"

#include "base/percent.hpp"
#include "base/text.hpp"
#include "config/options.hpp"
#include "config/toml_file.hpp"
#include "config/unknown.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace karmen::config {

namespace {

constexpr std::string_view kPrefix = "KARMEN_";
constexpr std::string_view kConfigVariable = "KARMEN_CONFIG";

/// Kubernetes and Docker links set KARMEN_SERVICE_HOST, KARMEN_PORT=tcp://…, KARMEN_PORT_8080_TCP … beside every
/// service that is called "karmen". These are not options of Karmen, and not mistakes of the operator.
bool is_service_link(std::string_view variable, std::string_view value) {
    return variable.starts_with("KARMEN_SERVICE_") || variable.starts_with("KARMEN_PORT_") ||
           (variable == "KARMEN_PORT" && value.find("://") != std::string_view::npos);
}

const Option* option_of_variable(std::string_view variable) {
    for (const Option& option : options())
        if (option.environment_variable() == variable) return &option;
    return nullptr;
}

class Loader {
  public:
    explicit Loader(const Sources& sources) : sources_(sources) {}

    Config load() {
        read_file();
        read_environment();
        read_flags();
        if (config_.storage.postgres_url.empty()) read_postgres_variables();
        if (problems_.empty()) problems_ = contradictions(config_);
        if (!problems_.empty()) throw ConfigError(std::move(problems_));
        return std::move(config_);
    }

  private:
    std::string config_file() const {
        if (!sources_.flags.config_file.empty()) return sources_.flags.config_file;
        const auto variable = sources_.environment.find(std::string(kConfigVariable));
        return variable == sources_.environment.end() ? std::string() : variable->second;
    }

    void read_file() {
        const std::string path = config_file();
        if (path.empty()) return;
        std::string text;
        try {
            text = sources_.read_file(path);
        } catch (const std::exception& error) {
            problems_.push_back(fmt::format("{}: {}", path, error.what()));
            return;
        }
        problems_ = read_toml(text, path, config_);
    }

    void read_environment() {
        for (const auto& [name, value] : sources_.environment) {
            if (!name.starts_with(kPrefix) || name == kConfigVariable || is_service_link(name, value)) continue;
            const Option* option = option_of_variable(name);
            if (option == nullptr)
                complain(fmt::format("environment: {}", name), "no such option" + suggest_environment_variable(name));
            else if (const auto problem = assign_text(*option, value, config_))
                complain(fmt::format("environment: {}", name), *problem);
        }
    }

    void read_flags() {
        for (const auto& [key, value] : sources_.flags.values) {
            const Option* option = find_option(key);
            if (option == nullptr)
                complain(fmt::format("command line: {}", key), "no such option" + suggest_key(key));
            else if (const auto problem = assign_text(*option, value, config_))
                complain(fmt::format("command line: {}", option->flag()), *problem);
        }
    }

    /// The variables of Karmen 0.0.13. If they do not name a host, they belong to another program.
    void read_postgres_variables() {
        const auto variable = [&](const std::string& name, const std::string& otherwise) {
            const auto found = sources_.environment.find("POSTGRES_" + name);
            return found == sources_.environment.end() || found->second.empty() ? otherwise : found->second;
        };
        const std::string host = variable("HOST", "");
        if (host.empty()) return;
        const std::string user = variable("USER", "karmen");
        std::string url = "postgresql://?";
        for (const auto& [keyword, value] :
             {std::pair{"host", host}, std::pair{"port", variable("PORT", "5432")}, std::pair{"user", user},
              std::pair{"dbname", variable("DB", user)}, std::pair{"password", variable("PASSWORD", "")}})
            if (!value.empty()) url += fmt::format("{}={}&", keyword, percent_encoded(value));
        url.pop_back();
        config_.storage.postgres_url = url;
    }

    void complain(std::string_view where, std::string_view problem) {
        problems_.push_back(fmt::format("{}: {}", where, problem));
    }

    const Sources& sources_;
    Config config_;
    std::vector<std::string> problems_;
};

}  // namespace

ConfigError::ConfigError(std::vector<std::string> problems)
    : std::runtime_error(fmt::format("{}", fmt::join(problems, "\n"))), problems_(std::move(problems)) {}

Config load(const Sources& sources) {
    return Loader(sources).load();
}

}  // namespace karmen::config
