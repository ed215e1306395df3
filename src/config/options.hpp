#pragma once

#include "config/config.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace karmen::config {

/// Where a value lives in Config.
template <class T>
struct Field {
    T& (*in)(Config&);
    const T& (*of)(const Config&);
};

/// `field<&Config::http, &Http::port>`
template <auto... kPath>
// NOLINTNEXTLINE(readability-identifier-naming): the table of options reads it as a function.
inline constexpr auto field = [] {
    using T = std::remove_cvref_t<decltype((std::declval<Config&>().*....*kPath))>;
    return Field<T>{[](Config& config) -> T& { return (config.*....*kPath); },
                    [](const Config& config) -> const T& { return (config.*....*kPath); }};
}();

struct NumberOption {
    Field<int> field;
    int min;
    int max;
};

struct DurationOption {
    Field<Duration> field;
    Duration min;
    Duration max;
};

struct SizeOption {
    Field<Bytes> field;
    Bytes min;
    Bytes max;
};

/// What a text must look like: `allowed` says it in words.
struct TextRule {
    std::string_view allowed;
    bool (*accepts)(std::string_view);
};

struct TextOption {
    Field<std::string> field;
    TextRule rule;
};

/// A text that is never shown, neither in messages nor in printed configurations.
struct SecretOption {
    Field<std::string> field;
    TextRule rule;
};

struct ListOption {
    Field<std::vector<std::string>> field;
    TextRule rule;  ///< of each item
};

/// One of a few words; the n-th word is the enumerator of value n.
struct WordOption {
    std::span<const std::string_view> words;
    void (*set)(Config&, std::size_t);
    std::size_t (*get)(const Config&);
};

/// One row of the table: everything about an option except its default, which is the initial value of the member of
/// Config.
struct Option {
    std::string_view key;   ///< dotted, as in TOML: `http.port`
    std::string_view help;  ///< one line
    std::variant<NumberOption, DurationOption, SizeOption, TextOption, SecretOption, ListOption, WordOption> kind;

    /// `http`; empty if the option is in no section.
    std::string_view section() const;
    /// `port`
    std::string_view name() const;
    /// `KARMEN_HTTP_PORT`
    std::string environment_variable() const;
    /// `--http-port`. Secrets are not accepted there: other users see flags in the list of processes.
    std::string flag() const;
    bool is_secret() const { return std::holds_alternative<SecretOption>(kind); }
};

/// The table, in the order of the reference. Immutable.
std::span<const Option> options();
const Option* find_option(std::string_view key);

/// `0–65535`, `1s–1h`, `debug, info, warning, error`: for messages and the reference.
std::string allowed(const Option& option);

/// A value as TOML writes it, secrets too: `8080`, `"15m"`, `["*"]`.
std::string to_toml(const Option& option, const Config& config);

/// A value as one of the sources holds it. Flags and variables of the environment hold text for every kind of option.
using Value = std::variant<std::string, std::int64_t, std::vector<std::string>>;

/// Stores the value in `config`. If it is not allowed, returns the reason, as words that follow the option's name and
/// contain no secret.
std::optional<std::string> assign(const Option& option, const Value& value, Config& config);

/// The same for a text from a flag or the environment, where a list is written with commas.
std::optional<std::string> assign_text(const Option& option, std::string_view text, Config& config);

/// Rules that hold between options; the answers are whole sentences.
std::vector<std::string> contradictions(const Config& config);

}  // namespace karmen::config
