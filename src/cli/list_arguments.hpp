#pragma once

#include "domain/list_query.hpp"

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

#include <cstddef>
#include <limits>

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

inline ListQuery newest_first(const char* time_column) {
    return {.order_by = ListQuery::Order{time_column, Direction::kDescending}};
}

}  // namespace karmen::cli
