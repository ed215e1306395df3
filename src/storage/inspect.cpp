#include "storage/inspect.hpp"

namespace karmen::storage {

std::vector<std::string> Inspector::integrity_problems(std::size_t problems_max) {
    Session session = database_.lease();
    if (&session.dialect() != &sqlite_dialect()) return {};
    static const Sql kSql = select({"integrity_check"}, "FROM pragma_integrity_check(:max)");
    auto lines = session.all(kSql, {{"max", problems_max}}, [](Row& row) { return row.text(); });
    if (lines.size() == 1 && lines.front() == "ok") lines.clear();
    return lines;
}

std::vector<std::string> Inspector::dangling_references() {
    Session session = database_.lease();
    if (&session.dialect() != &sqlite_dialect()) return {};
    static const Sql kSql =
        select({"\"table\"", "COUNT(*)"}, "FROM pragma_foreign_key_check GROUP BY \"table\" ORDER BY \"table\"");
    return session.all(kSql, {}, [](Row& row) {
        std::string table = row.text();
        return std::move(table) + ": " + row.text();
    });
}

std::vector<std::string> Inspector::tables_without_rights() {
    Session session = database_.lease();
    if (&session.dialect() != &postgres_dialect()) return {};
    static const Sql kSql = select(
        {"name"},
        "FROM (VALUES ('users', NULL), ('local_users', NULL), ('api_tokens', NULL), ('gcodes', 'id'), "
        "('printjobs', 'id'), ('printers', NULL), ('settings', NULL)) AS tables (name, serial_column) "
        "WHERE NOT (has_table_privilege(name, 'SELECT') AND has_table_privilege(name, 'INSERT') AND "
        "has_table_privilege(name, 'UPDATE') AND has_table_privilege(name, 'DELETE') AND "
        "COALESCE(has_sequence_privilege(pg_get_serial_sequence(name, serial_column), 'USAGE'), true)) ORDER BY name");
    return session.all(kSql, {}, [](Row& row) { return row.text(); });
}

std::optional<Timestamp> Inspector::newest_row() {
    static const Sql kSql = select({"made"},
                                   "FROM (SELECT MAX(uploaded) AS made FROM gcodes"
                                   " UNION ALL SELECT MAX(started) FROM printjobs"
                                   " UNION ALL SELECT MAX(created) FROM users"
                                   " UNION ALL SELECT MAX(created) FROM api_tokens) AS newest "
                                   "WHERE made IS NOT NULL ORDER BY made DESC LIMIT 1");
    return database_.lease().one(kSql, {}, [](Row& row) { return row.timestamp(); });
}

}  // namespace karmen::storage
