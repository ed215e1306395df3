#include "storage/dialect.hpp"

#include "base/error.hpp"

#include <array>
#include <utility>

namespace karmen::storage {
namespace {

class SqliteDialect final : public Dialect {
  public:
    // A plain BEGIN would take the write lock at the first write, and fail there when another writer came in between.
    std::string_view begin() const override { return "BEGIN IMMEDIATE"; }

    std::string_view find_table() const override {
        return "SELECT name FROM sqlite_master WHERE type = 'table' AND name = :name";
    }

    std::string expand(std::string_view sql) const override {
        return expand_words(sql, [](std::string_view word) {
            static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kNames{{
                {"serial_key", "integer PRIMARY KEY AUTOINCREMENT"},
                {"uuid", "text"},
                {"json", "text"},
                {"jsonb", "text"},
                {"timestamptz", "text"},
                {"text_array", "text"},
                {"bytewise", "COLLATE BINARY"},
            }};
            for (const auto& [known, name] : kNames)
                if (known == word) return name;
            throw Error(ErrorCode::kInternal, PublicMessage{"A migration is broken"},
                        LogDetail{"no type is called {{" + std::string(word) + "}}"});
        });
    }

    std::string text_of(std::string_view column, ColumnKind kind) const override {
        if (kind == ColumnKind::kInteger) return "CAST(" + std::string(column) + " AS text)";
        if (kind == ColumnKind::kBoolean) return "CASE WHEN " + std::string(column) + " THEN 'true' ELSE 'false' END";
        return std::string(column);
    }

    std::string matches(std::string_view text, std::string_view parameter) const override {
        return "karmen_matches(" + std::string(parameter) + ", " + std::string(text) + ")";
    }

    std::string order_key(std::string_view column, ColumnKind) const override { return std::string(column); }
};

}  // namespace

const Dialect& sqlite_dialect() {
    static const SqliteDialect dialect;
    return dialect;
}

}  // namespace karmen::storage
