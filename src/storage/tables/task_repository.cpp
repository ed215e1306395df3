#include "storage/tables/task_repository.hpp"

#include <array>

namespace karmen::storage {
namespace {

constexpr std::array<std::string_view, 5> kColumns{"id", "kind", "payload", "attempt", "created"};

Task read_task(Row& row) {
    Task task;
    task.id = row.text();
    task.kind = row.text();
    task.payload = row.text();
    task.attempt = static_cast<int>(row.integer());
    task.created = row.timestamp();
    return task;
}

void insert(Session& session, const Task& task, Timestamp now, std::size_t waiting_max) {
    static const Sql kWaiting = select({"count(*)"}, "FROM tasks WHERE state IN ('queued', 'retry_waiting')");
    const auto waiting = session.only(kWaiting, {}, [](Row& row) { return row.integer(); });
    if (waiting >= static_cast<std::int64_t>(waiting_max))
        throw Error(ErrorCode::kOverloaded, PublicMessage{"Too many tasks wait, try again later"}).with_retry_after(10);
    session.execute(
        "INSERT INTO tasks (id, kind, payload, state, attempt, created, due) "
        "VALUES (:id, :kind, :payload, 'queued', 0, :created, :due)",
        {{"id", task.id}, {"kind", task.kind}, {"payload", task.payload}, {"created", task.created}, {"due", now}});
}

}  // namespace

void TaskRepository::add(const Task& task, Timestamp now, std::size_t waiting_max) {
    Session session = database_.lease();
    Transaction transaction(session);
    insert(session, task, now, waiting_max);
    transaction.commit();
}

void TaskRepository::bury_lost(Session& session, Timestamp now, int attempts_max) {
    session.execute(
        "UPDATE tasks SET state = 'dead', receipt = NULL, due = :died, error = 'its worker was lost' "
        "WHERE state = 'running' AND due <= :now AND attempt >= :attempts_max",
        {{"died", now}, {"now", now}, {"attempts_max", attempts_max}});
}

std::optional<Task> TaskRepository::take(const Lease& lease, Timestamp now, int attempts_max) {
    // Looked at once more in the outer condition: where two may write at the same time, the second one finds the task
    // that it chose changed.
    static const Sql kTake = returning(
        "UPDATE tasks SET state = 'running', attempt = attempt + 1, due = :lease_end, receipt = :receipt "
        "WHERE id = (SELECT id FROM tasks WHERE state <> 'dead' AND due <= :now ORDER BY due, id LIMIT 1) "
        "AND state <> 'dead' AND due <= :now",
        kColumns);
    Session session = database_.lease();
    bury_lost(session, now, attempts_max);
    return session.one(kTake, {{"lease_end", lease.end}, {"receipt", lease.receipt}, {"now", now}}, read_task);
}

std::optional<Timestamp> TaskRepository::next_due() {
    static const Sql kSql = select({"due"}, "FROM tasks WHERE state <> 'dead' ORDER BY due LIMIT 1");
    return database_.lease().one(kSql, {}, [](Row& row) { return row.timestamp(); });
}

bool TaskRepository::renew(std::string_view id, const Lease& lease) {
    return database_.lease().execute(
               "UPDATE tasks SET due = :lease_end WHERE id = :id AND state = 'running' AND receipt = :receipt",
               {{"lease_end", lease.end}, {"id", id}, {"receipt", lease.receipt}}) > 0;
}

void TaskRepository::remove_done(std::string_view id) {
    database_.lease().execute("DELETE FROM tasks WHERE id = :id AND state = 'running'", {{"id", id}});
}

bool TaskRepository::retry_at(std::string_view id, std::string_view receipt, Timestamp due, std::string_view error) {
    return database_.lease().execute(
               "UPDATE tasks SET state = 'retry_waiting', due = :due, error = :error, receipt = NULL "
               "WHERE id = :id AND state = 'running' AND receipt = :receipt",
               {{"due", due}, {"error", error}, {"id", id}, {"receipt", receipt}}) > 0;
}

bool TaskRepository::bury(std::string_view id, std::string_view receipt, Timestamp now, std::string_view error,
                          std::size_t dead_max) {
    Session session = database_.lease();
    Transaction transaction(session);
    const bool is_buried = session.execute(
                               "UPDATE tasks SET state = 'dead', due = :died, error = :error, receipt = NULL "
                               "WHERE id = :id AND state = 'running' AND receipt = :receipt",
                               {{"died", now}, {"error", error}, {"id", id}, {"receipt", receipt}}) > 0;
    session.execute(
        "DELETE FROM tasks WHERE state = 'dead' AND id NOT IN "
        "(SELECT id FROM tasks WHERE state = 'dead' ORDER BY due DESC, id LIMIT :dead_max)",
        {{"dead_max", dead_max}});
    transaction.commit();
    return is_buried;
}

bool TaskRepository::give_back(std::string_view id, std::string_view receipt, Timestamp now) {
    return database_.lease().execute(
               "UPDATE tasks SET state = 'queued', due = :due, attempt = attempt - 1, receipt = NULL "
               "WHERE id = :id AND state = 'running' AND receipt = :receipt",
               {{"due", now}, {"id", id}, {"receipt", receipt}}) > 0;
}

std::int64_t TaskRepository::give_back_all(Timestamp now) {
    return database_.lease().execute(
        "UPDATE tasks SET state = 'queued', due = :due, receipt = NULL WHERE state = 'running'", {{"due", now}});
}

std::vector<DeadTask> TaskRepository::dead(std::size_t max) {
    static const Sql kSql = select({"id", "kind", "payload", "attempt", "created", "error", "due"},
                                   "FROM tasks WHERE state = 'dead' ORDER BY due DESC, id LIMIT :max");
    return database_.lease().all(kSql, {{"max", max}}, [](Row& row) {
        DeadTask dead{.task = read_task(row)};
        dead.error = row.text();
        dead.died = row.timestamp();
        return dead;
    });
}

bool TaskRepository::replay(std::string_view id, Timestamp now) {
    return database_.lease().execute(
               "UPDATE tasks SET state = 'queued', attempt = 0, due = :due, error = NULL "
               "WHERE id = :id AND state = 'dead'",
               {{"due", now}, {"id", id}}) > 0;
}

bool TaskRepository::discard(std::string_view id) {
    return database_.lease().execute("DELETE FROM tasks WHERE id = :id AND state = 'dead'", {{"id", id}}) > 0;
}

TaskCounts TaskRepository::counts() {
    static const Sql kSql = select({"state", "count(*)"}, "FROM tasks GROUP BY state");
    TaskCounts counts;
    database_.lease().each(kSql, {}, [&](Row& row) {
        const std::string state = row.text();
        const std::int64_t count = row.integer();
        if (state == "queued") counts.queued = count;
        if (state == "running") counts.running = count;
        if (state == "retry_waiting") counts.retry_waiting = count;
        if (state == "dead") counts.dead = count;
    });
    return counts;
}

Timestamp TaskRepository::add_if_due(std::string_view name, std::chrono::milliseconds interval, const Task& task,
                                     Timestamp now, std::size_t waiting_max) {
    static const Sql kLast = select({"last_run"}, "FROM schedules WHERE name = :name");
    Session session = database_.lease();
    Transaction transaction(session);
    session.execute("INSERT INTO schedules (name, last_run) VALUES (:name, :never) ON CONFLICT (name) DO NOTHING",
                    {{"name", name}, {"never", Timestamp{}}});
    // This also makes everybody else wait who tries the same. A last run that lies in the future by more than clocks
    // differ was written by a clock that was wrong.
    const bool is_due = session.execute(
                            "UPDATE schedules SET last_run = :now "
                            "WHERE name = :name AND (last_run <= :due OR last_run > :too_far)",
                            {{"now", now}, {"name", name}, {"due", now - interval}, {"too_far", now + interval}}) > 0;
    if (is_due) insert(session, task, now, waiting_max);
    const auto last = session.only(kLast, {{"name", name}}, [](Row& row) { return row.timestamp(); });
    transaction.commit();
    return last + interval;
}

}  // namespace karmen::storage
