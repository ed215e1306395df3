#pragma once

#include "domain/list_query.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

/// The output of commands, for people and for programs.
namespace karmen::cli {

/// Columns for people, as wide as their widest value.
class Table {
  public:
    explicit Table(std::vector<std::string> header) { add(std::move(header)); }

    void add(std::vector<std::string> row);
    std::string to_text() const;

  private:
    std::vector<std::vector<std::string>> rows_;
};

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

/// All rows of a list, read page by page, but at most `rows_max`.
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

}  // namespace karmen::cli
