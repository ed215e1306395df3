#include "storage/tables/print_job_repository.hpp"

#include "storage/list_sql.hpp"
#include "storage/tables/json_columns.hpp"

#include <array>
#include <string>

namespace karmen::storage {
namespace {

/// A user who was deleted leaves the name.
constexpr std::string_view kUsername = "COALESCE(users.username, printjobs.deleted_username)";

constexpr std::array<std::string_view, 10> kColumns{
    "printjobs.id",           "printjobs.gcode_id",
    "printjobs.printer_host", "printjobs.printer_id",
    "printjobs.started",      "EXISTS (SELECT 1 FROM gcodes WHERE gcodes.id = printjobs.gcode_id)",
    "printjobs.gcode_data",   "printjobs.printer_data",
    "printjobs.user_uuid",    kUsername};

constexpr std::string_view kTables = "printjobs LEFT JOIN users ON users.uuid = printjobs.user_uuid";

using Nulls = ListColumn::Nulls;
using Ordering = ListColumn::Ordering;

constexpr std::array<ListColumn, 9> kListColumns{{
    {.name = "id", .expression = "printjobs.id", .kind = ColumnKind::kInteger},
    {.name = "gcode_id", .expression = "printjobs.gcode_id", .kind = ColumnKind::kInteger},
    {.name = "printer_host", .expression = "printjobs.printer_host"},
    {.name = "printer_id", .expression = "printjobs.printer_id", .kind = ColumnKind::kUuid, .nulls = Nulls::kPossible},
    {.name = "started",
     .expression = "printjobs.started",
     .kind = ColumnKind::kTimestamp,
     .cost = ListColumn::OrderCost::kPage},
    {.name = "gcode_data",
     .expression = "printjobs.gcode_data",
     .kind = ColumnKind::kJson,
     .nulls = Nulls::kPossible,
     .ordering = Ordering::kIgnored},
    {.name = "printer_data",
     .expression = "printjobs.printer_data",
     .kind = ColumnKind::kJson,
     .nulls = Nulls::kPossible,
     .ordering = Ordering::kIgnored},
    {.name = "user_uuid", .expression = "printjobs.user_uuid", .kind = ColumnKind::kUuid, .nulls = Nulls::kPossible},
    {.name = "username", .expression = kUsername, .nulls = Nulls::kPossible},
}};

constexpr ListSpec kList{kColumns, kTables, kListColumns};

PrintJob read_job(Row& row) {
    PrintJob job;
    job.id = row.integer();
    job.gcode_id = row.integer();
    job.printer_host = row.text();
    job.printer_id = row.optional_uuid();
    job.started = row.timestamp();
    // Rows of Karmen 0.0.13 may say less.
    const bool has_gcode = row.boolean();
    job.gcode = gcode_copy_from_json(row.optional_text(), {.id = job.gcode_id, .available = has_gcode});
    job.printer = printer_copy_from_json(row.optional_text(), job.printer_host);
    job.user = row.optional_uuid();
    job.username = row.optional_text();
    return job;
}

bool has_gcode(Session& session, std::int64_t id) {
    static const Sql kSql = select({"id"}, "FROM gcodes WHERE id = :id");
    return session.one(kSql, {{"id", id}}, [](Row& row) { return row.integer(); }).has_value();
}

}  // namespace

std::int64_t PrintJobRepository::insert(const PrintJob& job) {
    static const Sql kSql = returning(
        "INSERT INTO printjobs (gcode_id, printer_host, printer_id, started, gcode_data, printer_data, user_uuid) "
        "VALUES (:gcode_id, :printer_host, :printer_id, :started, :gcode_data, :printer_data, :user_uuid)",
        {"id"});
    Session session = database_.lease();
    Transaction transaction(session);
    PrintJob::GcodeCopy gcode = job.gcode;
    gcode.available = gcode.available && has_gcode(session, job.gcode_id);
    const auto id = session.only(kSql,
                                 {{"gcode_id", job.gcode_id},
                                  {"printer_host", job.printer_host},
                                  {"printer_id", job.printer_id},
                                  {"started", job.started},
                                  {"gcode_data", gcode_copy_to_json(gcode)},
                                  {"printer_data", printer_copy_to_json(job.printer)},
                                  {"user_uuid", job.user}},
                                 [](Row& row) { return row.integer(); });
    transaction.commit();
    return id;
}

std::optional<std::int64_t> PrintJobRepository::id_of(const PrintJob& job) {
    static const Sql kSql =
        select({"id"},
               "FROM printjobs WHERE printer_host = :host AND started = :started AND gcode_id = :gcode_id ORDER BY id");
    return database_.lease().one(kSql,
                                 {{"host", job.printer_host}, {"started", job.started}, {"gcode_id", job.gcode_id}},
                                 [](Row& row) { return row.integer(); });
}

std::optional<PrintJob> PrintJobRepository::find(std::int64_t id) {
    static const Sql kSql = select(kColumns, "FROM " + std::string(kTables) + " WHERE printjobs.id = :id");
    return database_.lease().one(kSql, {{"id", id}}, read_job);
}

std::optional<PrintJob> PrintJobRepository::latest_for_printer(const Uuid& printer) {
    static const Sql kSql = select(kColumns, "FROM " + std::string(kTables) +
                                                 " WHERE printjobs.printer_id = :printer_id "
                                                 "ORDER BY printjobs.started DESC, printjobs.id DESC LIMIT 1");
    return database_.lease().one(kSql, {{"printer_id", printer}}, read_job);
}

bool PrintJobRepository::may_read_all_rows(const ListQuery& query) {
    return storage::may_read_all_rows(kList, query);
}

Page<PrintJob> PrintJobRepository::list(const ListQuery& query) {
    Session session = database_.lease(Purpose::kList);
    return list_page(session, kList, query, read_job);
}

bool PrintJobRepository::remove(std::int64_t id) {
    return database_.lease().execute("DELETE FROM printjobs WHERE id = :id", {{"id", id}}) > 0;
}

}  // namespace karmen::storage
