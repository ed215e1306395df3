#include "config/toml_file.hpp"

#include "config/options.hpp"
#include "config/unknown.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <optional>

namespace karmen::config {

namespace {

/// The value of a node, if some option could have it.
std::optional<Value> value_of(const toml::node& node) {
    if (const auto text = node.value_exact<std::string>()) return *text;
    if (const auto number = node.value_exact<std::int64_t>()) return *number;
    const toml::array* array = node.as_array();
    if (array == nullptr) return std::nullopt;
    std::vector<std::string> items;
    for (const toml::node& item : *array) {
        const auto text = item.value_exact<std::string>();
        if (!text) return std::nullopt;
        items.push_back(*text);
    }
    return items;
}

std::string_view type_name(const toml::node& node) {
    switch (node.type()) {
        case toml::node_type::table:
            return "a table";
        case toml::node_type::array:
            return "a list of other things than texts";
        case toml::node_type::floating_point:
            return "a number with a fraction";
        case toml::node_type::boolean:
            return "true or false";
        default:
            return "a date or time";
    }
}

class Reader {
  public:
    Reader(std::string_view path, Config& config) : path_(path), config_(config) {}

    void read(const toml::table& table, const std::string& prefix) {
        for (const auto& [key, node] : table)
            read_entry(prefix + std::string(key.str()), node, key.source().begin.line);
    }

    std::vector<std::string> take_problems() { return std::move(problems_); }

  private:
    void read_entry(const std::string& key, const toml::node& node, std::size_t line) {
        const Option* option = find_option(key);
        if (option != nullptr) return read_option(*option, node, line);
        const toml::table* table = node.as_table();
        if (is_section(key) && table == nullptr)
            return complain(line, key, "this is a section; it holds options, not a value");
        if (table != nullptr && (is_section(key) || !table->empty())) return read(*table, key + '.');
        complain(line, key, "no such option" + suggest_key(key));
    }

    void read_option(const Option& option, const toml::node& node, std::size_t line) {
        const auto value = value_of(node);
        const auto problem = value ? assign(option, *value, config_)
                                   : fmt::format("{} is not allowed; allowed: {}", type_name(node), allowed(option));
        if (problem) complain(line, option.key, *problem);
    }

    void complain(std::size_t line, std::string_view key, std::string_view problem) {
        problems_.push_back(fmt::format("{}:{}: {}: {}", path_, line, key, problem));
    }

    std::string_view path_;
    Config& config_;
    std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> read_toml(std::string_view text, std::string_view path, Config& config) try {
    const toml::table table = toml::parse(text);
    Reader reader(path, config);
    reader.read(table, "");
    return reader.take_problems();
} catch (const toml::parse_error& error) {
    return {fmt::format("{}:{}: this is not TOML: {}", path, error.source().begin.line, error.description())};
}

}  // namespace karmen::config
