#pragma once

#include "domain/list_query.hpp"

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

#include <cstddef>
#include <limits>
#include <optional>
#include <string>

namespace karmen::cli {

/// The arguments of commands that print a list.
struct ListArguments {
    std::size_t limit = std::numeric_limits<std::size_t>::max();
    bool json = false;
};

inline void add_list_options(CLI::App& action, ListArguments& arguments) {
    action.add_option("--limit", arguments.limit, "At most this many")
        ->check(CLI::Range(1, std::numeric_limits<int>::max()))
        ->type_name("N");
    action.add_flag("--json", arguments.json, "Print one JSON array");
}

inline void add_filter_option(CLI::App& action, std::string& filter, const std::string& example) {
    action.add_option("--filter", filter, "Only those whose column matches, such as " + example)
        ->type_name("COLUMN:PATTERN");
}

/// Of `COLUMN:PATTERN`; nullopt if there is none.
inline std::optional<ListQuery::Filter> filter_of(const std::string& text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos) return std::nullopt;
    return ListQuery::Filter{text.substr(0, colon), text.substr(colon + 1)};
}

inline ListQuery newest_first(const char* time_column) {
    return {.order_by = ListQuery::Order{time_column, Direction::kDescending}};
}

}  // namespace karmen::cli
