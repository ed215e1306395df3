#pragma once

#include <string>
#include <string_view>

namespace karmen::storage {

/// What a column holds, whatever its database calls the type.
enum class ColumnKind { kText, kInteger, kBoolean, kTimestamp, kUuid, kJson };

/// Where the SQL of one database differs from that of another. Everything else is one text for all: the repositories
/// write what SQLite (3.35 and later) and PostgreSQL both understand, with `:name` parameters.
/// Immutable; any thread.
class Dialect {
  public:
    virtual ~Dialect() = default;

    /// Begins a transaction that writes, once all others that began so have ended: what it reads stays true until it
    /// commits, and it cannot fail halfway because somebody else began to write. May be several statements.
    virtual std::string begin() const = 0;
    /// A statement with one row when the table `:name` exists.
    virtual std::string_view find_table() const = 0;
    /// A statement with one row for each column of the table `:name`: what it is called.
    virtual std::string_view columns_of_table() const = 0;
    /// The type names that migrations write as `{{word}}`. Throws Error(kInternal) for an unknown word.
    virtual std::string expand(std::string_view sql) const = 0;
    /// A column's value as the text that filters search.
    virtual std::string text_of(std::string_view column, ColumnKind kind) const = 0;
    /// A condition: `text` matches the regular expression in the parameter, whatever the letter case.
    virtual std::string matches(std::string_view text, std::string_view parameter) const = 0;
    /// A pattern that RE2 has accepted, as `matches` wants it.
    virtual std::string pattern(std::string_view re2) const = 0;
    /// What to sort and compare by, so that every database sorts texts by their bytes.
    virtual std::string order_key(std::string_view column, ColumnKind kind) const = 0;
};

const Dialect& sqlite_dialect();
const Dialect& postgres_dialect();

/// Replaces each `{{word}}` by what `name_of(word)` returns.
template <class NameOf>
std::string expand_words(std::string_view sql, NameOf name_of) {
    std::string result;
    for (std::size_t start = 0; start < sql.size();) {
        const std::size_t open = sql.find("{{", start);
        const std::size_t close = open == std::string_view::npos ? open : sql.find("}}", open);
        if (close == std::string_view::npos) return result.append(sql.substr(start));
        result.append(sql.substr(start, open - start));
        result.append(name_of(sql.substr(open + 2, close - open - 2)));
        start = close + 2;
    }
    return result;
}

}  // namespace karmen::storage
