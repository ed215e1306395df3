#pragma once

#include "base/clock.hpp"
#include "domain/list_query.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What commands print for people and for programs.
namespace karmen::app {

/// Columns for people, as wide as their widest value.
class Table {
  public:
    explicit Table(std::vector<std::string> header) { add(std::move(header)); }

    void add(std::vector<std::string> row);
    std::string to_text() const;

  private:
    std::vector<std::vector<std::string>> rows_;
};

/// Without what a terminal would obey: names and the words of printers come from strangers.
std::string printable(std::string_view text);
/// The same for a text of several lines.
std::string printable_lines(std::string_view text);

/// `1.2 MiB`
std::string human_size(std::int64_t bytes);
/// `2026-11-23 12:23`, in the machine's time zone.
std::string local_time(Timestamp time);

void print(const Table& table);
/// One JSON array.
void print(const boost::json::array& array);

/// `to_json` of each row.
template <class Row, class ToJson>
boost::json::array json_array(const std::vector<Row>& rows, ToJson to_json) {
    boost::json::array array;
    for (const Row& row : rows) array.emplace_back(to_json(row));
    return array;
}

/// All rows of a list, page by page, but no more than `rows_max`.
template <class List>
auto all_pages(ListQuery query, std::size_t rows_max, List list) {
    decltype(list(query).rows) rows;
    do {
        query.limit = std::min(kListLimitMax, rows_max - rows.size());
        auto page = list(query);
        std::ranges::move(page.rows, std::back_inserter(rows));
        query.start_with = page.next;
    } while (query.start_with && rows.size() < rows_max);
    return rows;
}

}  // namespace karmen::app
