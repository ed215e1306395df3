#include "api/json.hpp"
#include "base/display.hpp"
#include "cli/command_group.hpp"
#include "cli/commands.hpp"
#include "cli/list_arguments.hpp"
#include "cli/output.hpp"
#include "maintenance/persistence.hpp"

namespace karmen::cli {

namespace {

struct Arguments {
    ListArguments list;
    std::string filter;
};

ListQuery query_of(const Arguments& arguments) {
    ListQuery query = newest_first("time");
    query.filter = filter_of(arguments.filter);
    return query;
}

int list(const config::Config& config, const Arguments& arguments) {
    maintenance::Persistence persistence(config);
    const auto entries = all_pages(query_of(arguments), arguments.list.limit,
                                   [&](const ListQuery& query) { return persistence.audit.list(query); });
    if (arguments.list.json) {
        print(json_array(entries, [](const AuditEntry& entry) { return api::to_json(entry); }));
        return 0;
    }
    Table table({"TIME", "USER", "ADDRESS", "ACTION", "TARGET", "RESULT", "TIMES"});
    for (const AuditEntry& entry : entries)
        table.add({local_time(entry.time), entry.username.value_or(""), entry.address.value_or("command line"),
                   entry.action, entry.target, entry.result, std::to_string(entry.times)});
    print(table);
    return 0;
}

}  // namespace

void add_audit_command(CLI::App& program, Run& chosen) {
    CommandGroup<Arguments> group(program, chosen, "audit", "See who did what: log-ins, refusals and changes");
    CLI::App* action = group.add("list", "List the entries, newest first", list);
    add_list_options(*action, group.arguments().list);
    add_filter_option(*action, group.arguments().filter, "action:login");
}

}  // namespace karmen::cli
