#include "api/json.hpp"
#include "app/shared_state.hpp"
#include "base/display.hpp"
#include "base/error.hpp"
#include "cli/command_context.hpp"
#include "cli/command_group.hpp"
#include "cli/commands.hpp"
#include "cli/list_arguments.hpp"
#include "cli/output.hpp"
#include "maintenance/persistence.hpp"
#include "maintenance/redis_options.hpp"
#include "redis/client.hpp"
#include "tasks/database_queue.hpp"
#include "tasks/redis_queue.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <exception>
#include <functional>
#include <utility>

namespace karmen::cli {

namespace {

namespace json = boost::json;

struct TaskArguments {
    std::string id;
    std::string kind;
    std::string payload = "{}";
    bool json = false;
    ListArguments list;
    std::string filter;
};

constexpr std::size_t kDeadShownMax = 1000;

using Use = std::function<Awaitable<void>(tasks::Queue&)>;

Awaitable<void> use_redis(redis::Client& client, tasks::Queue& queue, Use use) {
    co_await client.start();
    std::exception_ptr failure;
    try {
        co_await use(queue);
    } catch (...) {
        failure = std::current_exception();
    }
    co_await client.stop();
    if (failure) std::rethrow_exception(failure);
}

/// Runs `use` with the queue of this installation, wherever it is.
void with_queue(const config::Config& config, Use use) {
    if (config.redis.url.empty()) {
        CommandContext context(config);
        tasks::DatabaseQueue queue(context.loop.executor(), context.persistence.tasks, context.blocking, context.clock,
                                   app::queue_options(config.tasks));
        return context.run(use(queue));
    }
    Loop loop;
    Log log = Log::silent();
    SystemClock clock;
    redis::Client client(loop.executor(), maintenance::redis_connection(config.redis), log);
    tasks::RedisQueue queue(client, config.redis.key_prefix, clock, app::queue_options(config.tasks), log);
    loop.run_until_done(use_redis(client, queue, std::move(use)));
}

/// Writes into the records what was done in the queue. If that fails, the operator is told; the task is as it is.
template <class Note>
void note_record(const config::Config& config, const std::string& id, Note note) {
    try {
        maintenance::Persistence persistence(config);
        if (const auto uuid = Uuid::parse(id)) note(persistence.task_records, *uuid);
    } catch (const Error& error) {
        fmt::print(stderr, "karmen: `karmen tasks list` does not know of it yet: {}\n", printable(error.what()));
    }
}

json::object to_json(const DeadTask& dead) {
    return {{"id", dead.task.id},           {"kind", dead.task.kind},
            {"payload", dead.task.payload}, {"attempts", dead.task.attempt},
            {"error", dead.error},          {"created", to_iso8601(dead.task.created)},
            {"died", to_iso8601(dead.died)}};
}

Awaitable<void> count(tasks::Queue& queue, TaskCounts& counts) {
    counts = co_await queue.counts();
}

Awaitable<void> read_dead(tasks::Queue& queue, std::vector<DeadTask>& dead) {
    dead = co_await queue.dead(kDeadShownMax);
}

Awaitable<void> add_to(tasks::Queue& queue, tasks::NewTask task, std::string& id) {
    id = co_await queue.add(std::move(task));
}

using Change = Awaitable<bool> (tasks::Queue::*)(std::string id);

Awaitable<void> apply(tasks::Queue& queue, Change change, std::string id, bool& is_found) {
    is_found = co_await (queue.*change)(std::move(id));
}

int status(const config::Config& config, const TaskArguments& arguments) {
    TaskCounts counts;
    with_queue(config, [&](tasks::Queue& queue) { return count(queue, counts); });
    if (arguments.json)
        fmt::print("{}\n", json::serialize(json::object{{"queued", counts.queued},
                                                        {"running", counts.running},
                                                        {"retry_waiting", counts.retry_waiting},
                                                        {"dead", counts.dead}}));
    else
        fmt::print("{} queued, {} running, {} waiting for another attempt, {} dead\n", counts.queued, counts.running,
                   counts.retry_waiting, counts.dead);
    return 0;
}

/// `40 % asking 192.168.1.20`
std::string progress_of(const TaskRecord& record) {
    std::string text = record.progress.fraction ? fmt::format("{:.0f} %", 100 * *record.progress.fraction) : "";
    if (!record.progress.sentence.empty()) text += (text.empty() ? "" : " ") + record.progress.sentence;
    return text;
}

ListQuery query_of(const TaskArguments& arguments) {
    ListQuery query = newest_first("queued");
    query.filter = filter_of(arguments.filter);
    return query;
}

int list(const config::Config& config, const TaskArguments& arguments) {
    maintenance::Persistence persistence(config);
    persistence.task_records.settle_lost(SystemClock().now(), config.tasks.attempts_max);
    const auto records = all_pages(query_of(arguments), arguments.list.limit,
                                   [&](const ListQuery& query) { return persistence.task_records.list(query); });
    if (arguments.list.json) {
        print(json_array(records, [](const TaskRecord& record) { return api::to_json(record); }));
        return 0;
    }
    Table table({"ID", "QUEUED", "KIND", "STATE", "ATTEMPT", "PROGRESS", "ERROR"});
    for (const TaskRecord& record : records)
        table.add({record.id.to_string(), local_time(record.queued), record.kind,
                   std::string(karmen::to_string(record.state)), std::to_string(record.attempt), progress_of(record),
                   record.error.value_or("")});
    print(table);
    return 0;
}

int list_dead(const config::Config& config, const TaskArguments& arguments) {
    std::vector<DeadTask> dead;
    with_queue(config, [&](tasks::Queue& queue) { return read_dead(queue, dead); });
    if (arguments.json) {
        print(json_array(dead, [](const DeadTask& task) { return to_json(task); }));
        return 0;
    }
    Table table({"ID", "DIED", "KIND", "ATTEMPTS", "ERROR"});
    for (const DeadTask& task : dead)
        table.add({task.task.id, local_time(task.died), task.task.kind, std::to_string(task.task.attempt), task.error});
    print(table);
    return 0;
}

int add(const config::Config& config, const TaskArguments& arguments) {
    std::string id;
    const tasks::NewTask task{.kind = arguments.kind, .payload = arguments.payload};
    with_queue(config, [&](tasks::Queue& queue) { return add_to(queue, task, id); });
    note_record(config, id, [&](storage::TaskRecordRepository& records, const Uuid& uuid) {
        records.add(
            {.id = uuid, .kind = arguments.kind, .origin = TaskOrigin::kCommandLine, .queued = SystemClock().now()});
    });
    fmt::print("{}\n", id);
    return 0;
}

template <class Note>
int change_dead(const config::Config& config, const std::string& id, Change change, Note note) {
    bool is_found = false;
    with_queue(config, [&](tasks::Queue& queue) { return apply(queue, change, id, is_found); });
    if (is_found) {
        note_record(config, id, note);
        return 0;
    }
    fmt::print(stderr, "karmen: there is no dead task {}\n", printable(id));
    return 1;
}

int replay(const config::Config& config, const TaskArguments& arguments) {
    return change_dead(config, arguments.id, &tasks::Queue::replay,
                       [](storage::TaskRecordRepository& records, const Uuid& id) { records.note_replayed(id); });
}

int discard(const config::Config& config, const TaskArguments& arguments) {
    return change_dead(config, arguments.id, &tasks::Queue::discard,
                       [](storage::TaskRecordRepository& records, const Uuid& id) { records.remove(id); });
}

}  // namespace

void add_tasks_command(CLI::App& program, Run& chosen) {
    CommandGroup<TaskArguments> group(program, chosen, "tasks",
                                      "See background tasks, and try those again that failed");
    TaskArguments& arguments = group.arguments();
    group.add("status", "How many tasks there are in each state", status)
        ->add_flag("--json", arguments.json, "As JSON, for programs");
    CLI::App* listing = group.add("list", "List the tasks and what became of them, newest first", list);
    add_list_options(*listing, arguments.list);
    add_filter_option(*listing, arguments.filter, "state:dead");
    group.add("dead", "List the tasks that nobody tries any more, newest first", list_dead)
        ->add_flag("--json", arguments.json, "As JSON, for programs");
    CLI::App* adding =
        group.add("add", "Add a task: clean_store, analyze_missing, clean_sessions, clean_audit, clean_tasks", add);
    adding->add_option("kind", arguments.kind, "What is to be done")->required();
    adding->add_option("--payload", arguments.payload, "JSON for the one who does it");
    group.add("replay", "Try a dead task again", replay)->add_option("id", arguments.id, "Its id")->required();
    group.add("discard", "Forget a dead task", discard)->add_option("id", arguments.id, "Its id")->required();
}

}  // namespace karmen::cli
