#pragma once

#include "base/clock.hpp"
#include "base/uuid.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace karmen::storage {

/// A statement and how many columns its rows have.
struct Sql {
    std::string text;
    std::size_t columns = 0;
};

/// `SELECT a, b <rest>`
Sql select(std::span<const std::string_view> columns, std::string_view rest);
Sql select(std::initializer_list<std::string_view> columns, std::string_view rest);
/// `<statement> RETURNING a, b`
Sql returning(std::string_view statement, std::span<const std::string_view> columns);
Sql returning(std::string_view statement, std::initializer_list<std::string_view> columns);

/// A value given to a statement. All travel as text: each database knows the type that the column has, and both read
/// these spellings (ISO 8601 times, 0 and 1 for booleans), so that nothing here depends on which one it is.
///
/// `{"size", 5}` is the value of `:size`, wherever and however often it stands in the statement. Only the value of a
/// statement with one parameter may do without a name.
class Param {
  public:
    template <class T>
    Param(std::string_view name, const T& value) : Param(value) {
        name_ = name;
    }
    Param(std::nullopt_t) : is_null_(true) {}
    Param(std::string text) : text_(std::move(text)) {}
    Param(std::string_view text) : text_(text) {}
    Param(const char* text) : text_(text) {}
    template <std::integral T>
    Param(T number) : text_(std::to_string(static_cast<std::int64_t>(number))) {}
    Param(double number);
    Param(const Uuid& uuid) : text_(uuid.to_string()) {}
    Param(Timestamp time) : text_(to_iso8601(time)) {}
    template <class T>
    Param(const std::optional<T>& value) : Param(value ? Param(*value) : Param(std::nullopt)) {}

    /// Without the colon; may be empty where there is only one.
    std::string_view name() const { return name_; }
    const std::string& text() const { return text_; }
    bool is_null() const { return is_null_; }

  private:
    std::string_view name_;  ///< of the program's text
    std::string text_;
    bool is_null_ = false;
};

/// One value of a row as the database wrote it, where the database's library keeps it.
struct Cell {
    std::string_view text;  ///< empty for a null
    bool is_null = false;
};

/// Reads the columns of a row from left to right. A null where a value is wanted reads as the type's empty value, since
/// old databases have nulls in surprising places; a value that cannot be read throws Error(kInternal). Valid inside the
/// callback that gets it.
class Row {
  public:
    explicit Row(std::span<const Cell> cells) : cells_(cells) {}

    std::string text() { return std::string(next().text); }
    std::optional<std::string> optional_text();
    std::int64_t integer();
    std::optional<std::int64_t> optional_integer();
    std::optional<double> optional_real();
    bool boolean();
    Uuid uuid();
    std::optional<Uuid> optional_uuid();
    Timestamp timestamp();
    std::optional<Timestamp> optional_timestamp();
    void skip(std::size_t columns) { position_ += columns; }

  private:
    const Cell& next() { return cells_[position_++]; }

    std::span<const Cell> cells_;
    std::size_t position_ = 0;
};

}  // namespace karmen::storage
