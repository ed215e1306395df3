#include "storage/dialect.hpp"

#include "base/error.hpp"
#include "storage/postgres_pattern.hpp"

#include <array>
#include <span>
#include <utility>

namespace karmen::storage {
namespace {

using Names = std::span<const std::pair<std::string_view, std::string_view>>;

std::string expand_names(std::string_view sql, Names names) {
    return expand_words(sql, [&](std::string_view word) {
        for (const auto& [known, name] : names)
            if (known == word) return name;
        throw Error(ErrorCode::kInternal, PublicMessage{"A migration is broken"},
                    LogDetail{"no type is called {{" + std::string(word) + "}}"});
    });
}

class SqliteDialect final : public Dialect {
  public:
    // A plain BEGIN would take the write lock at the first write, and fail there when another writer came in between.
    std::string begin() const override { return "BEGIN IMMEDIATE"; }

    std::string_view find_table() const override {
        return "SELECT name FROM sqlite_master WHERE type = 'table' AND name = :name";
    }

    std::string_view columns_of_table() const override { return "SELECT name FROM pragma_table_info(:name)"; }

    std::string expand(std::string_view sql) const override {
        static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kNames{{
            {"serial_key", "integer PRIMARY KEY AUTOINCREMENT"},
            {"uuid", "text"},
            {"random_uuid",
             "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' || "
             "substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))"},
            {"json", "text"},
            {"jsonb", "text"},
            {"timestamptz", "text"},
            {"text_array", "text"},
            {"bytewise", "COLLATE BINARY"},
            {"for_equality", ""},
        }};
        return expand_names(sql, kNames);
    }

    std::string text_of(std::string_view column, ColumnKind kind) const override {
        if (kind == ColumnKind::kInteger) return "CAST(" + std::string(column) + " AS text)";
        if (kind == ColumnKind::kBoolean) return "CASE WHEN " + std::string(column) + " THEN 'true' ELSE 'false' END";
        return std::string(column);
    }

    std::string matches(std::string_view text, std::string_view parameter) const override {
        return "karmen_matches(" + std::string(parameter) + ", " + std::string(text) + ")";
    }

    std::string pattern(std::string_view re2) const override { return std::string(re2); }

    std::string order_key(std::string_view column, ColumnKind) const override { return std::string(column); }
};

class PostgresDialect final : public Dialect {
  public:
    // The lock is of this program ("Karm") in this schema, and ends with the transaction. Every statement after it sees
    // what the transactions before have committed.
    std::string begin() const override {
        return "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(1264677485, "
               "hashtext(current_schema()))";
    }

    std::string_view find_table() const override {
        return "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = :name";
    }

    std::string_view columns_of_table() const override {
        return "SELECT attname FROM pg_catalog.pg_attribute JOIN pg_catalog.pg_class ON pg_class.oid = attrelid "
               "WHERE relnamespace = current_schema()::regnamespace AND relname = :name AND attnum > 0 AND NOT "
               "attisdropped";
    }

    std::string expand(std::string_view sql) const override {
        static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kNames{{
            {"serial_key", "bigserial PRIMARY KEY"},
            {"uuid", "uuid"},
            {"random_uuid", "gen_random_uuid()"},
            {"json", "json"},
            {"jsonb", "jsonb"},
            {"timestamptz", "timestamptz"},
            {"text_array", "varchar(128)[]"},
            {"bytewise", "COLLATE \"C\""},
            {"for_equality", "USING hash"},
        }};
        return expand_names(sql, kNames);
    }

    // The texts are those that SQLite holds, so that a filter finds the same in both.
    std::string text_of(std::string_view column, ColumnKind kind) const override {
        const std::string name(column);
        switch (kind) {
            case ColumnKind::kText:
                // Rows of before may hold a name in another form of Unicode than the pattern.
                return "normalize(" + name + ", NFC)";
            case ColumnKind::kJson:
                return "normalize(CAST(" + name + " AS text), NFC)";
            case ColumnKind::kBoolean:
                return "CASE WHEN " + name + " THEN 'true' ELSE 'false' END";
            case ColumnKind::kTimestamp:
                return "to_char(" + name + " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"')";
            case ColumnKind::kInteger:
            case ColumnKind::kUuid:
                break;
        }
        return "CAST(" + name + " AS text)";
    }

    std::string matches(std::string_view text, std::string_view parameter) const override {
        return std::string(text) + " ~* " + std::string(parameter);
    }

    std::string pattern(std::string_view re2) const override { return to_postgres_pattern(re2); }

    std::string order_key(std::string_view column, ColumnKind kind) const override {
        return std::string(column) + (kind == ColumnKind::kText ? " COLLATE \"C\"" : "");
    }
};

}  // namespace

const Dialect& sqlite_dialect() {
    static const SqliteDialect dialect;
    return dialect;
}

const Dialect& postgres_dialect() {
    static const PostgresDialect dialect;
    return dialect;
}

}  // namespace karmen::storage
