#include "storage/tables/audit_repository.hpp"

#include "storage/list_sql.hpp"

#include <array>

namespace karmen::storage {
namespace {

constexpr std::array<std::string_view, 9> kColumns{"id",      "time",   "action", "user_uuid", "username",
                                                   "address", "target", "result", "times"};

using Nulls = ListColumn::Nulls;

constexpr std::array<ListColumn, 9> kListColumns{{
    {.name = "id", .expression = "audit.id", .kind = ColumnKind::kInteger},
    {.name = "time", .expression = "audit.time", .kind = ColumnKind::kTimestamp, .cost = ListColumn::OrderCost::kPage},
    {.name = "action", .expression = "audit.action"},
    {.name = "user_uuid", .expression = "audit.user_uuid", .kind = ColumnKind::kUuid, .nulls = Nulls::kPossible},
    {.name = "username", .expression = "audit.username", .nulls = Nulls::kPossible},
    {.name = "address", .expression = "audit.address", .nulls = Nulls::kPossible},
    {.name = "target", .expression = "audit.target"},
    {.name = "result", .expression = "audit.result"},
    {.name = "times", .expression = "audit.times", .kind = ColumnKind::kInteger},
}};

constexpr ListSpec kList{kColumns, "audit", kListColumns};

AuditEntry read_entry(Row& row) {
    AuditEntry entry;
    entry.id = row.integer();
    entry.time = row.timestamp();
    entry.action = row.text();
    entry.user = row.optional_uuid();
    entry.username = row.optional_text();
    entry.address = row.optional_text();
    entry.target = row.text();
    entry.result = row.text();
    entry.times = row.integer();
    return entry;
}

std::int64_t count(Session& session) {
    static const Sql kSql = select({"COUNT(*)"}, "FROM audit");
    return session.only(kSql, {}, [](Row& row) { return row.integer(); });
}

}  // namespace

std::int64_t AuditRepository::insert(const AuditEntry& entry) {
    static const Sql kSql = returning(
        "INSERT INTO audit (time, action, user_uuid, username, address, target, result, times) "
        "VALUES (:time, :action, :user_uuid, :username, :address, :target, :result, :times)",
        {"id"});
    return database_.lease().only(kSql,
                                  {{"time", entry.time},
                                   {"action", entry.action},
                                   {"user_uuid", entry.user},
                                   {"username", entry.username},
                                   {"address", entry.address},
                                   {"target", entry.target},
                                   {"result", entry.result},
                                   {"times", entry.times}},
                                  [](Row& row) { return row.integer(); });
}

void AuditRepository::add_times(std::int64_t id, std::int64_t times) {
    database_.lease().execute("UPDATE audit SET times = times + :times WHERE id = :id", {{"times", times}, {"id", id}});
}

bool AuditRepository::may_read_all_rows(const ListQuery& query) {
    return storage::may_read_all_rows(kList, query);
}

Page<AuditEntry> AuditRepository::list(const ListQuery& query) {
    Session session = database_.lease(Purpose::kList);
    return list_page(session, kList, query, read_entry);
}

void AuditRepository::clean(Timestamp oldest, std::int64_t rows_max) {
    Session session = database_.lease();
    session.execute("DELETE FROM audit WHERE time < :oldest", {{"oldest", oldest}});
    const auto surplus = [&] { return count(session) - rows_max; };
    if (const auto rows = surplus(); rows > 0)
        session.execute(
            "DELETE FROM audit WHERE id IN "
            "(SELECT id FROM audit WHERE result <> 'ok' ORDER BY id LIMIT CAST(:rows AS integer))",
            {{"rows", rows}});
    if (const auto rows = surplus(); rows > 0)
        session.execute("DELETE FROM audit WHERE id IN (SELECT id FROM audit ORDER BY id LIMIT CAST(:rows AS integer))",
                        {{"rows", rows}});
}

}  // namespace karmen::storage
