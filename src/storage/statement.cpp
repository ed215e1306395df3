#include "storage/statement.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>

namespace karmen::storage {
namespace {

std::string joined(std::span<const std::string_view> columns) {
    std::string result;
    for (const std::string_view column : columns) {
        if (!result.empty()) result += ", ";
        result += column;
    }
    return result;
}

std::span<const std::string_view> as_span(std::initializer_list<std::string_view> columns) {
    return {columns.begin(), columns.size()};
}

Error unreadable(const char* type, std::string_view text) {
    return {ErrorCode::kInternal, PublicMessage{"The database holds a value that cannot be read"},
            LogDetail{std::string("not a ") + type + ": " + std::string(text)}};
}

}  // namespace

Sql select(std::span<const std::string_view> columns, std::string_view rest) {
    return {"SELECT " + joined(columns) + " " + std::string(rest), columns.size()};
}

Sql select(std::initializer_list<std::string_view> columns, std::string_view rest) {
    return select(as_span(columns), rest);
}

Sql returning(std::string_view statement, std::span<const std::string_view> columns) {
    return {std::string(statement) + " RETURNING " + joined(columns), columns.size()};
}

Sql returning(std::string_view statement, std::initializer_list<std::string_view> columns) {
    return returning(statement, as_span(columns));
}

Param::Param(double number) : text_(fmt::format("{}", number)) {}

std::optional<std::string> Row::optional_text() {
    const Cell& cell = next();
    if (cell.is_null) return std::nullopt;
    return std::string(cell.text);
}

std::int64_t Row::integer() {
    const Cell& cell = next();
    if (cell.is_null) return 0;
    const auto number = parse_int(cell.text);
    if (!number) throw unreadable("number", cell.text);
    return *number;
}

std::optional<std::int64_t> Row::optional_integer() {
    if (cells_[position_].is_null) return next(), std::nullopt;
    return integer();
}

std::optional<double> Row::optional_real() {
    const Cell& cell = next();
    if (cell.is_null) return std::nullopt;
    double number = 0;
    const auto [end, error] = std::from_chars(cell.text.begin(), cell.text.end(), number);
    if (error != std::errc() || end != cell.text.end()) throw unreadable("number", cell.text);
    return number;
}

bool Row::boolean() {
    const Cell& cell = next();
    return !cell.is_null && (cell.text == "1" || cell.text == "t" || cell.text == "true");
}

Uuid Row::uuid() {
    return optional_uuid().value_or(Uuid{});
}

std::optional<Uuid> Row::optional_uuid() {
    const Cell& cell = next();
    if (cell.is_null) return std::nullopt;
    const auto uuid = Uuid::parse(cell.text);
    if (!uuid) throw unreadable("UUID", cell.text);
    return uuid;
}

Timestamp Row::timestamp() {
    const Cell& cell = next();
    if (cell.is_null) return {};
    try {
        return parse_iso8601(std::string(cell.text));
    } catch (const std::invalid_argument&) {
        throw unreadable("time", cell.text);
    }
}

std::optional<Timestamp> Row::optional_timestamp() {
    if (cells_[position_].is_null) return next(), std::nullopt;
    return timestamp();
}

}  // namespace karmen::storage
