#include "storage/tables/task_record_repository.hpp"

#include "storage/list_sql.hpp"

#include <array>

namespace karmen::storage {
namespace {

constexpr std::array<std::string_view, 14> kColumns{
    "task_records.id",       "task_records.kind",  "task_records.origin",   "task_records.user_uuid",
    "task_records.username", "task_records.state", "task_records.attempt",  "task_records.queued",
    "task_records.started",  "task_records.ended", "task_records.progress", "task_records.message",
    "task_records.result",   "task_records.error"};

using Nulls = ListColumn::Nulls;

constexpr std::array<ListColumn, 13> kListColumns{{
    {.name = "id", .expression = "task_records.id", .kind = ColumnKind::kUuid},
    {.name = "kind", .expression = "task_records.kind"},
    {.name = "origin", .expression = "task_records.origin"},
    {.name = "user_uuid", .expression = "task_records.user_uuid", .kind = ColumnKind::kUuid, .nulls = Nulls::kPossible},
    {.name = "username", .expression = "task_records.username", .nulls = Nulls::kPossible},
    {.name = "state", .expression = "task_records.state"},
    {.name = "attempt", .expression = "task_records.attempt", .kind = ColumnKind::kInteger},
    {.name = "queued",
     .expression = "task_records.queued",
     .kind = ColumnKind::kTimestamp,
     .cost = ListColumn::OrderCost::kPage},
    {.name = "started",
     .expression = "task_records.started",
     .kind = ColumnKind::kTimestamp,
     .nulls = Nulls::kPossible},
    {.name = "ended", .expression = "task_records.ended", .kind = ColumnKind::kTimestamp, .nulls = Nulls::kPossible},
    {.name = "message", .expression = "task_records.message"},
    {.name = "result", .expression = "task_records.result", .nulls = Nulls::kPossible},
    {.name = "error", .expression = "task_records.error", .nulls = Nulls::kPossible},
}};

constexpr ListSpec kList{kColumns, "task_records", kListColumns};

TaskRecord read_record(Row& row) {
    TaskRecord record;
    record.id = row.uuid();
    record.kind = row.text();
    // Words that only a later program knows.
    record.origin = from_word<TaskOrigin>(row.text()).value_or(TaskOrigin::kSchedule);
    record.user = row.optional_uuid();
    record.username = row.optional_text();
    record.state = from_word<TaskState>(row.text()).value_or(TaskState::kQueued);
    record.attempt = static_cast<int>(row.integer());
    record.queued = row.timestamp();
    record.started = row.optional_timestamp();
    record.ended = row.optional_timestamp();
    record.progress.fraction = row.optional_real();
    record.progress.sentence = row.text();
    record.progress.result = row.optional_text();
    record.error = row.optional_text();
    return record;
}

}  // namespace

TaskRecord TaskRecordRepository::add(const TaskRecord& record) {
    static const Sql kSql = returning(
        "INSERT INTO task_records (id, kind, origin, user_uuid, username, state, attempt, queued, message) "
        "VALUES (:id, :kind, :origin, :user_uuid, :username, :state, 0, :queued, '') "
        "ON CONFLICT (id) DO UPDATE SET origin = excluded.origin, user_uuid = excluded.user_uuid, "
        "username = excluded.username",
        kColumns);
    return database_.lease().only(kSql,
                                  {{"id", record.id},
                                   {"kind", record.kind},
                                   {"origin", to_string(record.origin)},
                                   {"user_uuid", record.user},
                                   {"username", record.username},
                                   {"state", to_string(TaskState::kQueued)},
                                   {"queued", record.queued}},
                                  read_record);
}

std::optional<TaskRecord> TaskRecordRepository::note(const Step& step) {
    // The queue decides who has a task. This only keeps a worker that lost it from overwriting what the next one tells.
    static const Sql kSql = returning(
        "INSERT INTO task_records (id, kind, origin, state, attempt, queued, started, ended, lease_end, progress, "
        "message, result, error) VALUES (:id, :kind, :origin, :state, :attempt, :queued, :started, :ended, :lease_end, "
        ":progress, :message, :result, :error) "
        "ON CONFLICT (id) DO UPDATE SET state = excluded.state, attempt = excluded.attempt, "
        "started = CASE WHEN task_records.attempt = CAST(:delivered AS integer) AND task_records.started IS NOT NULL "
        "THEN task_records.started ELSE excluded.started END, "
        "ended = excluded.ended, lease_end = excluded.lease_end, progress = excluded.progress, "
        "message = excluded.message, result = excluded.result, "
        "error = COALESCE(excluded.error, task_records.error) "
        "WHERE task_records.state <> 'done' AND task_records.attempt <= CAST(:delivered AS integer)",
        kColumns);
    const auto id = Uuid::parse(step.task.id);
    if (!id) return std::nullopt;
    const std::optional<Timestamp> now(step.time);
    return database_.lease().one(
        kSql,
        {{"id", *id},
         {"kind", step.task.kind},
         {"origin", to_string(TaskOrigin::kSchedule)},
         {"state", to_string(step.to)},
         {"attempt", step.task.attempt - step.attempts_back},
         {"queued", step.task.created},
         {"started", now},
         {"ended", has_ended(step.to) ? now : std::nullopt},
         {"lease_end", step.to == TaskState::kRunning ? std::optional(step.lease_end) : std::nullopt},
         {"progress", step.progress.fraction},
         {"message", step.progress.sentence},
         {"result", step.progress.result},
         {"error", step.error},
         {"delivered", step.task.attempt}},
        read_record);
}

std::optional<TaskRecord> TaskRecordRepository::note_replayed(const Uuid& id) {
    static const Sql kSql = returning(
        "UPDATE task_records SET state = 'queued', attempt = 0, ended = NULL, error = NULL WHERE id = :id AND state = "
        "'dead'",
        kColumns);
    return database_.lease().one(kSql, {{"id", id}}, read_record);
}

void TaskRecordRepository::remove(const Uuid& id) {
    database_.lease().execute("DELETE FROM task_records WHERE id = :id", {{"id", id}});
}

std::vector<TaskRecord> TaskRecordRepository::settle_lost(Timestamp now, int attempts_max) {
    static const Sql kSql = returning(
        "UPDATE task_records SET "
        "state = CASE WHEN attempt < CAST(:attempts_max AS integer) THEN 'queued' ELSE 'dead' END, "
        "ended = CASE WHEN attempt < CAST(:attempts_max AS integer) THEN NULL ELSE lease_end END, "
        "error = 'its worker was lost', lease_end = NULL WHERE state = 'running' AND lease_end <= :now",
        kColumns);
    return database_.lease().all(kSql, {{"attempts_max", attempts_max}, {"now", now}}, read_record);
}

std::optional<TaskRecord> TaskRecordRepository::find(const Uuid& id) {
    static const Sql kSql = select(kColumns, "FROM task_records WHERE id = :id");
    return database_.lease().one(kSql, {{"id", id}}, read_record);
}

Page<TaskRecord> TaskRecordRepository::list(const ListQuery& query) {
    Session session = database_.lease(Purpose::kList);
    return list_page(session, kList, query, read_record);
}

bool TaskRecordRepository::may_read_all_rows(const ListQuery& query) {
    return storage::may_read_all_rows(kList, query);
}

void TaskRecordRepository::clean(const Keep& keep) {
    Session session = database_.lease();
    session.execute("DELETE FROM task_records WHERE queued < :oldest AND state <> 'running'",
                    {{"oldest", keep.oldest}});
    session.execute(
        "DELETE FROM task_records WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER "
        "(PARTITION BY kind ORDER BY queued DESC, id) AS place FROM task_records "
        "WHERE origin = 'schedule' AND state IN ('done', 'dead')) AS of_kind "
        "WHERE place > CAST(:scheduled_max AS bigint))",
        {{"scheduled_max", keep.scheduled_max}});
    session.execute(
        "DELETE FROM task_records WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER "
        "(ORDER BY queued DESC, id) AS place FROM task_records WHERE state IN ('done', 'dead')) AS ended "
        "WHERE place > CAST(:ended_max AS bigint))",
        {{"ended_max", keep.ended_max}});
}

}  // namespace karmen::storage
