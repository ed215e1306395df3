#pragma once

#include "domain/list_query.hpp"
#include "storage/database.hpp"
#include "storage/dialect.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace karmen::storage {

/// A column that clients may name in a list.
struct ListColumn {
    enum class Nulls { kNever, kPossible };
    enum class Ordering { kAllowed, kIgnored };
    /// Of a page in the order of the column: an index on (column, primary key) reads no more than the page.
    enum class OrderCost { kWholeTable, kPage };

    std::string_view name;        ///< as clients write it
    std::string_view expression;  ///< as SQL writes it: `gcodes.size`
    ColumnKind kind = ColumnKind::kText;
    Nulls nulls = Nulls::kNever;
    Ordering ordering = Ordering::kAllowed;
    OrderCost cost = OrderCost::kWholeTable;
};

/// What can be listed of one table. The primary key is the first of `columns`.
struct ListSpec {
    std::span<const std::string_view> select;
    std::string_view from;
    std::span<const ListColumn> columns;

    const ListColumn& primary_key() const { return columns.front(); }
    const ListColumn* find(std::string_view name) const;
};

/// Whether a page of this list may cost as much as all rows of the table.
bool may_read_all_rows(const ListSpec& spec, const ListQuery& query);

/// The statement of one page. It asks for one row more than the page has, which tells whether and where the next one
/// begins. After the columns of the spec each row has its primary key and, where `order` is set, the value that it is
/// ordered by.
struct ListStatement {
    Sql sql;
    std::vector<Param> params;
    std::size_t limit = 0;
    const ListColumn* order = nullptr;  ///< none: by primary key
    /// Of the next page's token: the name of the primary key when the order is downwards by it.
    std::string_view key_order;
};

/// Rows are ordered by (column, primary key), nulls last in both directions. A page begins at a position, not at a row:
/// the token in `Page::next` is `ID` when ordered by the primary key upwards, `ID~id` downwards, else `ID~column=value`
/// (`ID~column` for a null), so that it holds when that row is deleted in between, and all before it. A bare `ID` with
/// another order is looked up; when that row is gone, only rows with this primary key or a higher one are listed, as
/// Karmen 0.0.13 does; downwards those below it, if it is not beyond all rows, so that it can have been one. A token
/// that cannot be read is ignored.
///
/// Throws Error::invalid for an unknown order column (`/order_by`) and for a pattern that does not compile or is too
/// dear (`/filter`).
ListStatement list_statement(Session& session, const ListSpec& spec, const ListQuery& query);

/// The token of the page that begins with this row, whose cells after those of the spec are still unread.
std::string next_token(const ListStatement& statement, Row& row);

/// One page; `map(Row&)` reads the columns of the spec.
template <class Map>
auto list_page(Session& session, const ListSpec& spec, const ListQuery& query, Map map) {
    const ListStatement statement = list_statement(session, spec, query);
    Page<decltype(map(std::declval<Row&>()))> page;
    page.rows.reserve(statement.limit);
    session.each(statement.sql, statement.params, [&](Row& row) {
        if (page.rows.size() < statement.limit) {
            page.rows.push_back(map(row));
        } else {
            row.skip(spec.select.size());
            page.next = next_token(statement, row);
        }
    });
    return page;
}

}  // namespace karmen::storage
