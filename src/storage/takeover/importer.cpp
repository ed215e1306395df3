#include "storage/takeover/importer.hpp"

#include "storage/migrator.hpp"

#include <fmt/format.h>

#include <array>
#include <span>
#include <string_view>

namespace karmen::storage {
namespace {

constexpr int kRowsAtOnce = 500;

struct Column {
    std::string_view name;
    std::string_view value;           ///< as SQL of the source, in the spelling of the embedded database
    std::string_view old_value = {};  ///< the same for Karmen 0.0.13, where it has no such column
};

struct Table {
    std::string_view name;
    std::span<const Column> columns;
    std::string_view rows;  ///< what of it is copied
};

// Old rows have nulls in surprising places: they become what the takeover of such a database makes of them.
constexpr Column kUsers[] = {{"uuid", "uuid"},
                             {"username", "COALESCE(username, 'nameless ' || uuid)"},
                             {"providers_data", "providers_data"},
                             {"providers", "providers"},
                             {"suspended", "CASE WHEN suspended THEN 1 ELSE 0 END"},
                             {"role", "CASE WHEN role = 'admin' THEN 'admin' ELSE 'user' END"},
                             {"created", "{{created}}"},
                             {"name_key", "name_key", "NULL"}};
constexpr Column kLocalUsers[] = {{"user_uuid", "user_uuid"},
                                  {"pwd_hash", "pwd_hash"},
                                  {"force_pwd_change", "CASE WHEN force_pwd_change THEN 1 ELSE 0 END"},
                                  {"password_generation", "password_generation", "0"}};
constexpr Column kApiTokens[] = {{"jti", "jti"},
                                 {"user_uuid", "user_uuid"},
                                 {"name", "COALESCE(name, '')"},
                                 {"created", "{{created}}"},
                                 {"revoked", "CASE WHEN revoked THEN 1 ELSE 0 END"}};
constexpr std::string_view kUserIfKnown =
    "CASE WHEN EXISTS (SELECT 1 FROM users WHERE uuid = user_uuid) THEN user_uuid END";
constexpr Column kGcodes[] = {
    {"id", "id"},
    {"path", "COALESCE(path, '')"},
    {"filename", "left(COALESCE(filename, display, regexp_replace(absolute_path, '^.*/', ''), ''), 600)"},
    {"display", "left(COALESCE(display, filename, regexp_replace(absolute_path, '^.*/', ''), ''), 600)"},
    {"absolute_path", "COALESCE(regexp_replace(absolute_path, '/{2,}', '/', 'g'), '')"},
    {"uploaded", "{{uploaded}}"},
    {"size", "COALESCE(size, 0)"},
    {"sha256", "sha256", "NULL"},
    {"analysis",
     R"(CASE WHEN json_typeof(analysis) = 'object' AND analysis::text !~ '^\s*\{\s*\}\s*$' THEN analysis END)"},
    {"analysis_error", "analysis_error", "NULL"},
    {"user_uuid", kUserIfKnown},
    {"deleted_username", "deleted_username", "NULL"}};
constexpr Column kPrintJobs[] = {
    {"id", "id"},
    {"gcode_id", "COALESCE(gcode_id, 0)"},
    {"printer_host", "COALESCE(printer_host, '')"},
    {"printer_id", "printer_id", "NULL"},
    {"started", "{{started}}"},
    {"gcode_data", "gcode_data"},
    {"printer_data", R"sql(regexp_replace(printer_data::text, '("access_level"\s*:\s*)"uknown"', '\1"unknown"'))sql"},
    {"user_uuid", kUserIfKnown},
    {"deleted_username", "deleted_username", "NULL"},
    {"state", "state", "'unknown'"},
    {"progress", "progress", "NULL"},
    {"print_time", "print_time", "NULL"},
    {"sending", "CASE WHEN sending IS NOT NULL THEN {{sending}} END", "NULL"},
    {"starting", "CASE WHEN starting IS NOT NULL THEN {{starting}} END", "NULL"},
    // As in migration 19: prints of Karmen 0.0.13 are over.
    {"ended", "CASE WHEN ended IS NOT NULL THEN {{ended}} END", "{{started}}"},
    {"reason", "reason", "''"},
    {"remote_path", "remote_path", "''"},
    {"remote_came_before", "CASE WHEN remote_came_before IS NOT NULL THEN {{remote_came_before}} END", "NULL"},
    {"remote_printed_before", "CASE WHEN remote_printed_before IS NOT NULL THEN {{remote_printed_before}} END",
     "NULL"}};
/// Karmen 0.0.13 may be on a PostgreSQL that cannot make UUIDs. A version 4 (RFC 9562) all the same.
constexpr std::string_view kNewId =
    "CAST(overlay(overlay(md5(host || random() || clock_timestamp()) PLACING '4' FROM 13) PLACING '8' FROM 17) AS "
    "uuid)";
constexpr Column kPrinters[] = {
    {"host", "host"},
    {"name", "COALESCE(name, host)"},
    {"hostname", "hostname"},
    {"client", "COALESCE(client, 'octoprint')"},
    {"client_props", R"sql(regexp_replace(client_props::text, '("access_level"\s*:\s*)"uknown"', '\1"unknown"'))sql"},
    {"printer_props", "printer_props"},
    {"protocol", "COALESCE(protocol, 'http')"},
    {"id", "id", kNewId},
    {"tls_fingerprint", "tls_fingerprint", "''"}};
constexpr Column kSettings[] = {{"key", "key"}, {"val", "val"}};

/// In the order in which they refer to each other.
constexpr Table kTables[] = {
    {"users", kUsers, "true"},
    {"local_users", kLocalUsers, "pwd_hash IS NOT NULL AND EXISTS (SELECT 1 FROM users WHERE uuid = user_uuid)"},
    {"api_tokens", kApiTokens, "EXISTS (SELECT 1 FROM users WHERE uuid = user_uuid)"},
    {"gcodes", kGcodes, "true"},
    {"printjobs", kPrintJobs, "true"},
    {"printers", kPrinters, "true"},
    {"settings", kSettings, "key IS NOT NULL"}};

enum class Source { kThisProgram, kKarmen_0_0_13 };

Source check_source(Database& database) {
    const auto pending = Migrator(database).pending();
    if (pending.empty()) return Source::kThisProgram;
    if (&database.lease().dialect() == &postgres_dialect() && is_takeover(pending.front()))
        return Source::kKarmen_0_0_13;
    throw Error(
        ErrorCode::kConflict,
        PublicMessage{"The database to import from is empty or of an older version; run `karmen migrate` there"});
}

std::int64_t count(Session& session, std::string_view table, std::string_view rows) {
    return session.only(select({"COUNT(*)"}, fmt::format("FROM {} WHERE {}", table, rows)), {},
                        [](Row& row) { return row.integer(); });
}

std::string expression(const Dialect& dialect, const Column& column, Source source) {
    const bool is_missing = source == Source::kKarmen_0_0_13 && !column.old_value.empty();
    return expand_words(is_missing ? column.old_value : column.value, [&](std::string_view time) {
        // PostgreSQL's may be infinite, before the year 1 and after 9999.
        return dialect.text_of(fmt::format("CASE WHEN {0} BETWEEN '0001-01-01 00:00+00' AND "
                                           "'9999-12-31 23:59:59.999999+00' THEN {0} ELSE to_timestamp(0) END",
                                           time),
                               ColumnKind::kTimestamp);
    });
}

/// Through a cursor: the library would hold all rows in memory at once.
void open_cursor(Session& from, const Table& table, Source source) {
    std::string columns;
    for (const Column& column : table.columns)
        columns += (columns.empty() ? "" : ", ") + expression(from.dialect(), column, source);
    from.run_script(fmt::format("DECLARE rows CURSOR FOR SELECT {} FROM {} WHERE {}", columns, table.name, table.rows));
}

std::string insert_statement(const Table& table) {
    std::string names;
    std::string values;
    for (const Column& column : table.columns) {
        names += fmt::format("{}{}", names.empty() ? "" : ", ", column.name);
        values += fmt::format("{}:{}", values.empty() ? "" : ", ", column.name);
    }
    return fmt::format("INSERT INTO {} ({}) VALUES ({})", table.name, names, values);
}

void copy(Session& from, Session& to, const Table& table, Source source) {
    open_cursor(from, table, source);
    // A name of its own for each table: the kept statement knows its columns.
    const Sql fetch{fmt::format("FETCH {} FROM rows /* {} */", kRowsAtOnce, table.name), table.columns.size()};
    const std::string insert = insert_statement(table);
    for (bool has_rows = true; has_rows;) {
        has_rows = false;
        from.each(fetch, {}, [&](Row& row) {
            has_rows = true;
            std::vector<Param> values;
            for (const Column& column : table.columns) values.emplace_back(column.name, row.optional_text());
            to.execute(insert, values);
        });
    }
    from.run_script("CLOSE rows");
}

/// So that no id is given twice, also none that only a print job remembers.
void raise_ids(Session& from, Session& to) {
    for (const std::string_view table : {"gcodes", "printjobs"}) {
        const auto sequence = from.only(select({fmt::format("pg_get_serial_sequence('{}', 'id')", table)}, ""), {},
                                        [](Row& row) { return row.optional_text(); });
        std::int64_t last = 0;
        if (sequence)
            last = from.only(select({"last_value"}, "FROM " + *sequence), {}, [](Row& row) { return row.integer(); });
        if (table == "gcodes")
            last = std::max(last, to.only(select({"COALESCE(MAX(gcode_id), 0)"}, "FROM printjobs"), {},
                                          [](Row& row) { return row.integer(); }));
        last = std::max(last, to.only(select({"COALESCE(MAX(id), 0)"}, fmt::format("FROM {}", table)), {},
                                      [](Row& row) { return row.integer(); }));
        to.execute("DELETE FROM sqlite_sequence WHERE name = :name", {{"name", table}});
        to.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)", {{"name", table}, {"seq", last}});
    }
}

void make_room(Session& to, Importer::IfNotEmpty if_not_empty) {
    for (std::size_t i = std::size(kTables); i-- > 0;) {
        const std::string_view table = kTables[i].name;
        if (if_not_empty == Importer::IfNotEmpty::kReplace)
            to.execute(fmt::format("DELETE FROM {}", table));
        else if (count(to, table, "true") > 0)
            throw Error(ErrorCode::kConflict,
                        PublicMessage{fmt::format("The database here is not empty (table {}). Nothing was changed; "
                                                  "--replace deletes all that it holds",
                                                  table)});
    }
}

}  // namespace

std::vector<Importer::Copied> Importer::run(IfNotEmpty if_not_empty) {
    const Source source = check_source(source_);
    Session from = source_.lease();
    Session to = target_.lease();
    from.run_script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    Transaction transaction(to);
    make_room(to, if_not_empty);
    std::vector<Copied> result;
    for (const Table& table : kTables) {
        copy(from, to, table, source);
        const std::int64_t wanted = count(from, table.name, table.rows);
        const std::int64_t arrived = count(to, table.name, "true");
        if (arrived != wanted)
            throw Error(ErrorCode::kInternal,
                        PublicMessage{fmt::format("Of {} rows of {} only {} arrived. Nothing was changed", wanted,
                                                  table.name, arrived)});
        result.push_back({std::string(table.name), arrived});
    }
    to.execute(
        "UPDATE printjobs SET printer_id = (SELECT id FROM printers WHERE host = printer_host) WHERE printer_id IS "
        "NULL",
        {});
    raise_ids(from, to);
    transaction.commit();
    from.run_script("ROLLBACK");
    return result;
}

}  // namespace karmen::storage
