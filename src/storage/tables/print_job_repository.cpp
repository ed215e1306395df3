#include "storage/tables/print_job_repository.hpp"

#include "storage/list_sql.hpp"
#include "storage/tables/json_columns.hpp"

#include <array>
#include <string>

namespace karmen::storage {
namespace {

/// A user who was deleted leaves the name.
constexpr std::string_view kUsername = "COALESCE(users.username, printjobs.deleted_username)";

constexpr std::array<std::string_view, 20> kColumns{
    "printjobs.id",
    "printjobs.gcode_id",
    "printjobs.printer_host",
    "printjobs.printer_id",
    "printjobs.started",
    "EXISTS (SELECT 1 FROM gcodes WHERE gcodes.id = printjobs.gcode_id)",
    "printjobs.gcode_data",
    "printjobs.printer_data",
    "printjobs.user_uuid",
    kUsername,
    "printjobs.state",
    "printjobs.progress",
    "printjobs.print_time",
    "printjobs.sending",
    "printjobs.starting",
    "printjobs.ended",
    "printjobs.reason",
    "printjobs.remote_path",
    "printjobs.remote_came_before",
    "printjobs.remote_printed_before"};

constexpr std::string_view kTables = "printjobs LEFT JOIN users ON users.uuid = printjobs.user_uuid";

using Nulls = ListColumn::Nulls;
using Ordering = ListColumn::Ordering;

/// The state says it, once it is known.
constexpr std::string_view kResult =
    "CASE WHEN printjobs.state IN ('finished', 'failed', 'cancelled') THEN printjobs.state END";

constexpr std::array<ListColumn, 14> kListColumns{{
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
    {.name = "state", .expression = "printjobs.state"},
    {.name = "progress", .expression = "printjobs.progress", .kind = ColumnKind::kInteger, .nulls = Nulls::kPossible},
    {.name = "ended", .expression = "printjobs.ended", .kind = ColumnKind::kTimestamp, .nulls = Nulls::kPossible},
    {.name = "result", .expression = kResult, .nulls = Nulls::kPossible},
    {.name = "reason", .expression = "printjobs.reason"},
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
    // A word that only a later program knows is none that this one can act on.
    job.state = from_word<PrintJobState>(row.text()).value_or(PrintJobState::kUnknown);
    job.progress = row.optional_real();
    job.print_time_s = row.optional_integer();
    job.sending = row.optional_timestamp();
    job.starting = row.optional_timestamp();
    job.ended = row.optional_timestamp();
    job.reason = row.text();
    job.remote = {.path = row.text(), .came_before = {}, .printed_before = {}};
    job.remote.came_before = row.optional_timestamp();
    job.remote.printed_before = row.optional_timestamp();
    return job;
}

bool has_gcode(Session& session, std::int64_t id) {
    static const Sql kSql = select({"id"}, "FROM gcodes WHERE id = :id");
    return session.one(kSql, {{"id", id}}, [](Row& row) { return row.integer(); }).has_value();
}

std::optional<PrintJob> find_in(Session& session, std::int64_t id) {
    static const Sql kSql = select(kColumns, "FROM " + std::string(kTables) + " WHERE printjobs.id = :id");
    return session.one(kSql, {{"id", id}}, read_job);
}

std::vector<PrintJob> open_in(Session& session, const Uuid& printer) {
    static const Sql kSql = select(
        kColumns, "FROM " + std::string(kTables) +
                      " WHERE printjobs.printer_id = :printer_id AND printjobs.ended IS NULL ORDER BY printjobs.id");
    return session.all(kSql, {{"printer_id", printer}}, read_job);
}

/// REQUIRES: a transaction.
std::int64_t insert_in(Session& session, const PrintJob& job) {
    static const Sql kSql = returning(
        "INSERT INTO printjobs (gcode_id, printer_host, printer_id, started, gcode_data, printer_data, user_uuid, "
        "state, "
        "progress, print_time, sending, starting, ended, reason, remote_path, remote_came_before, "
        "remote_printed_before) "
        "VALUES (:gcode_id, :printer_host, :printer_id, :started, :gcode_data, :printer_data, :user_uuid, :state, "
        ":progress, :print_time, :sending, :starting, :ended, :reason, :remote_path, :came_before, :printed_before)",
        {"id"});
    session.execute(
        "UPDATE printjobs SET ended = :now WHERE printer_id = :printer_id AND ended IS NULL AND state = 'unknown' AND "
        "remote_path = :path",
        {{"now", job.started}, {"printer_id", job.printer_id}, {"path", job.remote.path}});
    PrintJob::GcodeCopy gcode = job.gcode;
    gcode.available = gcode.available && has_gcode(session, job.gcode_id);
    return session.only(kSql,
                        {{"gcode_id", job.gcode_id},
                         {"printer_host", job.printer_host},
                         {"printer_id", job.printer_id},
                         {"started", job.started},
                         {"gcode_data", gcode_copy_to_json(gcode)},
                         {"printer_data", printer_copy_to_json(job.printer)},
                         {"user_uuid", job.user},
                         {"state", to_string(job.state)},
                         {"progress", job.progress},
                         {"print_time", job.print_time_s},
                         {"sending", job.sending},
                         {"starting", job.starting},
                         {"ended", job.ended},
                         {"reason", job.reason},
                         {"remote_path", job.remote.path},
                         {"came_before", job.remote.came_before},
                         {"printed_before", job.remote.printed_before}},
                        [](Row& row) { return row.integer(); });
}

}  // namespace

std::int64_t PrintJobRepository::insert(const PrintJob& job) {
    Session session = database_.lease();
    Transaction transaction(session);
    const auto id = insert_in(session, job);
    transaction.commit();
    return id;
}

std::optional<std::int64_t> PrintJobRepository::insert_foreign(const PrintJob& job, const PrintSighting& sighting) {
    Session session = database_.lease();
    Transaction transaction(session);
    if (job.printer_id && find_print(open_in(session, *job.printer_id), sighting)) return std::nullopt;
    const auto id = insert_in(session, job);
    transaction.commit();
    return id;
}

std::optional<PrintJob> PrintJobRepository::find(std::int64_t id) {
    Session session = database_.lease();
    return find_in(session, id);
}

std::optional<PrintJob> PrintJobRepository::advance(std::int64_t id, PrintJobState from, const PrintJobStep& step) {
    const auto to = next_state(from, step.event);
    if (!to) return std::nullopt;
    const std::string reason = step.event == PrintJobEvent::kIsCancelled
                                   ? "CASE WHEN reason <> '' AND state <> 'unknown' THEN reason ELSE :reason END"
                                   : ":reason";
    const auto at_if = [&](bool is_wanted) { return is_wanted ? std::optional(step.at) : std::nullopt; };
    Session session = database_.lease();
    Transaction transaction(session);
    const auto changed = session.execute(
        "UPDATE printjobs SET state = :to, started = COALESCE(:began, started), starting = COALESCE(:starting, "
        "starting), ended = COALESCE(:ended, ended), progress = COALESCE(:progress, progress), remote_path = "
        "COALESCE(:path, remote_path), reason = " +
            reason + " WHERE id = :id AND state = :from",
        {{"to", to_string(*to)},
         {"began", step.began},
         {"starting", at_if(*to == PrintJobState::kStarting)},
         {"ended", at_if(has_result(*to))},
         {"progress", step.progress},
         {"path", step.remote_path},
         {"reason", step.reason},
         {"id", id},
         {"from", to_string(from)}});
    if (changed == 0) return std::nullopt;
    auto job = find_in(session, id);
    transaction.commit();
    return job;
}

bool PrintJobRepository::note_progress(std::int64_t id, PrintJobState state, double progress,
                                       std::optional<std::int64_t> print_time_s) {
    return database_.lease().execute(
               "UPDATE printjobs SET progress = :progress, print_time = COALESCE(:print_time, print_time) WHERE id = "
               ":id "
               "AND state = :state",
               {{"progress", progress}, {"print_time", print_time_s}, {"id", id}, {"state", to_string(state)}}) > 0;
}

void PrintJobRepository::note_reason(const Uuid& printer, const std::string& reason) {
    database_.lease().execute(
        "UPDATE printjobs SET reason = :reason WHERE printer_id = :printer_id AND ended IS NULL AND state IN "
        "('starting', "
        "'printing', 'paused')",
        {{"reason", reason}, {"printer_id", printer}});
}

std::vector<PrintJob> PrintJobRepository::open() {
    static const Sql kSql = select(
        kColumns, "FROM " + std::string(kTables) +
                      " WHERE printjobs.ended IS NULL AND printjobs.printer_id IS NOT NULL ORDER BY printjobs.id");
    return database_.lease().all(kSql, {}, read_job);
}

std::vector<PrintJob> PrintJobRepository::open_without_printer() {
    static const Sql kSql = select(
        kColumns, "FROM " + std::string(kTables) +
                      " WHERE printjobs.ended IS NULL AND printjobs.state <> 'unknown' AND NOT EXISTS (SELECT 1 FROM "
                      "printers WHERE printers.id = printjobs.printer_id) ORDER BY printjobs.id");
    return database_.lease().all(kSql, {}, read_job);
}

std::vector<PrintJob> PrintJobRepository::open_of(const Uuid& printer) {
    Session session = database_.lease();
    return open_in(session, printer);
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
