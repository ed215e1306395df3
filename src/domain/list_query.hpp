#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace karmen {

inline constexpr std::size_t kListLimitDefault = 200;
inline constexpr std::size_t kListLimitMax = 1000;

enum class Direction { kAscending, kDescending };

/// One page of a list: rows ordered by (column, primary key), so that equal values and nulls are neither repeated nor
/// lost.
struct ListQuery {
    struct Order {
        std::string column;
        Direction direction = Direction::kAscending;
    };
    /// Case-insensitive regular expression (RE2 syntax) on the column's text.
    struct Filter {
        std::string column;
        std::string pattern;
    };

    std::size_t limit = kListLimitDefault;
    std::optional<Order> order_by;
    std::optional<Filter> filter;
    /// Primary key of the first row of the page, as text: a number, or a UUID for users.
    std::optional<std::string> start_with;
};

/// `next` is where the following page begins; nullopt on the last page.
template <class Row>
struct Page {
    std::vector<Row> rows;
    std::optional<std::string> next;
};

}  // namespace karmen
