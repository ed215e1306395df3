#include "storage/inspect.hpp"

namespace karmen::storage {

std::vector<std::string> Inspector::integrity_problems(std::size_t problems_max) {
    static const Sql kSql = select({"integrity_check"}, "FROM pragma_integrity_check(:max)");
    auto lines = database_.lease().all(kSql, {problems_max}, [](Row& row) { return row.text(); });
    if (lines.size() == 1 && lines.front() == "ok") lines.clear();
    return lines;
}

std::vector<std::string> Inspector::dangling_references() {
    static const Sql kSql =
        select({"\"table\"", "COUNT(*)"}, "FROM pragma_foreign_key_check GROUP BY \"table\" ORDER BY \"table\"");
    return database_.lease().all(kSql, {}, [](Row& row) {
        std::string table = row.text();
        return std::move(table) + ": " + row.text();
    });
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
