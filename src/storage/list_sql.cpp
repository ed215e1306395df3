#include "storage/list_sql.hpp"

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "storage/filter_pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace karmen::storage {
namespace {

using Nulls = ListColumn::Nulls;

/// Where a page begins in the order (column, primary key).
struct Position {
    std::string primary_key;
    bool has_value = false;            ///< the token told the value of the order column, or that the order is the key's
    std::optional<std::string> value;  ///< none: it is null
};

/// As all times are written: SQLite compares texts, and what PostgreSQL makes of other spellings is its own affair.
std::optional<std::string> canonical_time(const std::string& text) {
    try {
        return to_iso8601(parse_iso8601(text));
    } catch (const std::invalid_argument&) {
        return std::nullopt;
    }
}

std::optional<std::string> text_if(bool fits, const std::string& text) {
    return fits ? std::optional(text) : std::nullopt;
}

/// A token's value as it is bound. Tokens come from outside: a database that compares types strictly would refuse a
/// statement with a wrong one.
std::optional<std::string> value_to_bind(ColumnKind kind, const std::string& text) {
    switch (kind) {
        case ColumnKind::kInteger:
            return text_if(parse_int(text).has_value(), text);
        case ColumnKind::kUuid:
            return text_if(Uuid::parse(text).has_value(), text);
        case ColumnKind::kTimestamp:
            return canonical_time(text);
        case ColumnKind::kBoolean:
            return text_if(text == "0" || text == "1" || text == "t" || text == "f", text);
        case ColumnKind::kText:
        case ColumnKind::kJson:
            return text_if(is_valid_utf8(text) && text.find('\0') == std::string::npos, text);
    }
    return std::nullopt;
}

std::optional<std::string> parse_primary_key(const ListColumn& column, std::string_view text) {
    if (column.kind == ColumnKind::kInteger) {
        const auto id = parse_int(text);
        if (!id || *id <= 0) return std::nullopt;
        return std::to_string(*id);
    }
    const auto uuid = Uuid::parse(text);
    if (!uuid) return std::nullopt;
    return uuid->to_string();
}

/// `ID`, `ID~column` or `ID~column=value`
std::optional<Position> parse_position(const ListSpec& spec, const ListColumn* order, const std::string& token) {
    const std::size_t tilde = token.find('~');
    const auto primary_key = parse_primary_key(spec.primary_key(), std::string_view(token).substr(0, tilde));
    if (!primary_key) return std::nullopt;
    Position position{*primary_key, false, std::nullopt};
    if (tilde == std::string::npos) return position;
    if (order == nullptr) {
        position.has_value = std::string_view(token).substr(tilde + 1) == spec.primary_key().name;
        return position;
    }

    const std::size_t equals = token.find('=', tilde);
    const std::string column = token.substr(tilde + 1, equals == std::string::npos ? equals : equals - tilde - 1);
    if (column != order->name) return position;
    if (equals != std::string::npos) {
        position.value = value_to_bind(order->kind, token.substr(equals + 1));
        if (!position.value) return position;
    }
    position.has_value = true;
    return position;
}

/// Builds one statement: conditions, their parameters, and the order.
class Builder {
  public:
    Builder(const Dialect& dialect, const ListSpec& spec) : dialect_(dialect), spec_(spec) {}

    void filter(const ListQuery::Filter& filter, const FilterLimits& limits) {
        const ListColumn* column = spec_.find(filter.column);
        if (column == nullptr) return;
        check_filter(filter.pattern, limits);
        conditions_.push_back(dialect_.matches(dialect_.text_of(column->expression, column->kind), ":pattern"));
        params_.emplace_back("pattern", dialect_.pattern(filter.pattern));
    }

    void order_by(const ListColumn* column, Direction direction) {
        order_ = column;
        direction_ = direction;
    }

    void start_at(const Position& position) {
        if (order_ == nullptr && direction_ == Direction::kDescending) {
            start_downwards_at(position);
        } else if (order_ == nullptr || !position.has_value) {
            conditions_.push_back(fmt::format("{} >= :start_key", key(spec_.primary_key())));
            params_.emplace_back("start_key", position.primary_key);
        } else if (!position.value) {
            conditions_.push_back(
                fmt::format("({} IS NULL AND {} >= :start_key)", key(*order_), key(spec_.primary_key())));
            params_.emplace_back("start_key", position.primary_key);
        } else {
            start_at_value(*position.value, position.primary_key);
        }
    }

    ListStatement build(std::size_t limit) && {
        std::vector<std::string_view> columns(spec_.select.begin(), spec_.select.end());
        columns.push_back(spec_.primary_key().expression);
        if (order_ != nullptr) columns.push_back(order_->expression);
        params_.emplace_back("limit", limit + 1);
        const std::string where = conditions_.empty() ? "" : fmt::format(" WHERE {}", fmt::join(conditions_, " AND "));
        const std::string rest = fmt::format("FROM {}{} ORDER BY {} LIMIT :limit", spec_.from, where, order_terms());
        const bool is_downwards_by_key = order_ == nullptr && direction_ == Direction::kDescending;
        return {select(columns, rest), std::move(params_), limit, order_,
                is_downwards_by_key ? spec_.primary_key().name : std::string_view()};
    }

  private:
    void start_downwards_at(const Position& position) {
        const std::string primary_key = key(spec_.primary_key());
        conditions_.push_back(primary_key + " <= :start_key");
        params_.emplace_back("start_key", position.primary_key);
        if (position.has_value) return;
        conditions_.push_back(fmt::format("EXISTS (SELECT 1 FROM {} WHERE {} >= :start_key)", spec_.from, primary_key));
    }

    std::string key(const ListColumn& column) const { return dialect_.order_key(column.expression, column.kind); }

    /// Written so that an index on (column, primary key) finds the place.
    void start_at_value(const std::string& value, const std::string& primary_key) {
        const bool downwards = direction_ == Direction::kDescending;
        std::string condition =
            fmt::format("({0} {1} :start_value AND ({0} {2} :start_value OR {3} >= :start_key))", key(*order_),
                        downwards ? "<=" : ">=", downwards ? "<" : ">", key(spec_.primary_key()));
        if (order_->nulls == Nulls::kPossible) condition = fmt::format("({} IS NULL OR {})", key(*order_), condition);
        conditions_.push_back(std::move(condition));
        params_.insert(params_.end(), {{"start_value", value}, {"start_key", primary_key}});
    }

    std::string order_terms() const {
        const char* direction = direction_ == Direction::kDescending ? " DESC" : "";
        if (order_ == nullptr) return key(spec_.primary_key()) + direction;
        const std::string nulls_last = order_->nulls == Nulls::kPossible ? key(*order_) + " IS NULL, " : "";
        return nulls_last + key(*order_) + direction + ", " + key(spec_.primary_key());
    }

    const Dialect& dialect_;
    const ListSpec& spec_;
    std::vector<std::string> conditions_;
    std::vector<Param> params_;
    const ListColumn* order_ = nullptr;
    Direction direction_ = Direction::kAscending;
};

/// The column to order by, null for the primary key.
const ListColumn* order_column(const ListSpec& spec, const std::optional<ListQuery::Order>& order) {
    if (!order) return nullptr;
    const ListColumn* column = spec.find(order->column);
    if (column == nullptr) throw Error::invalid("/order_by", "there is no column " + to_valid_utf8(order->column));
    return column;
}

/// A bare primary key: the row's value as it is now, if the row is still there.
void look_up_value(Session& session, const ListSpec& spec, const ListColumn& order, Position& position) {
    const Sql sql = select({order.expression},
                           fmt::format("FROM {} WHERE {} = :start_key", spec.from, spec.primary_key().expression));
    session.each(sql, {{"start_key", position.primary_key}}, [&](Row& row) {
        position.has_value = true;
        position.value = row.optional_text();
    });
}

}  // namespace

const ListColumn* ListSpec::find(std::string_view name) const {
    const auto found = std::ranges::find(columns, name, &ListColumn::name);
    return found == columns.end() ? nullptr : &*found;
}

bool may_read_all_rows(const ListSpec& spec, const ListQuery& query) {
    if (query.filter && spec.find(query.filter->column) != nullptr) return true;
    const ListColumn* order = query.order_by ? spec.find(query.order_by->column) : nullptr;
    return order != nullptr && order != &spec.primary_key() && order->cost == ListColumn::OrderCost::kWholeTable;
}

ListStatement list_statement(Session& session, const ListSpec& spec, const ListQuery& query) {
    const ListColumn* order = order_column(spec, query.order_by);
    Direction direction = query.order_by ? query.order_by->direction : Direction::kAscending;
    if (order != nullptr && order->ordering == ListColumn::Ordering::kIgnored) {
        order = nullptr;
        direction = Direction::kAscending;
    }
    if (order == &spec.primary_key()) order = nullptr;

    Builder builder(session.dialect(), spec);
    if (query.filter) builder.filter(*query.filter, session.filter_limits());
    builder.order_by(order, direction);
    auto position = query.start_with ? parse_position(spec, order, *query.start_with) : std::nullopt;
    if (position && order != nullptr && !position->has_value) look_up_value(session, spec, *order, *position);
    if (position) builder.start_at(*position);
    return std::move(builder).build(std::clamp<std::size_t>(query.limit, 1, kListLimitMax));
}

std::string next_token(const ListStatement& statement, Row& row) {
    std::string primary_key = row.text();
    if (statement.order == nullptr)
        return statement.key_order.empty() ? primary_key : primary_key + "~" + std::string(statement.key_order);
    const auto value = row.optional_text();
    const std::string column(statement.order->name);
    return value ? primary_key + "~" + column + "=" + *value : primary_key + "~" + column;
}

}  // namespace karmen::storage
