#include "api/json.hpp"
#include "base/display.hpp"
#include "cli/command_group.hpp"
#include "cli/commands.hpp"
#include "cli/list_arguments.hpp"
#include "cli/output.hpp"
#include "maintenance/persistence.hpp"

namespace karmen::cli {

namespace {

int list(const config::Config& config, const ListArguments& arguments) {
    maintenance::Persistence persistence(config);
    const auto jobs = all_pages(newest_first("started"), arguments.limit,
                                [&](const ListQuery& query) { return persistence.printjobs.list(query); });
    if (arguments.json) {
        print(json_array(jobs, [](const PrintJob& job) { return api::to_json(job); }));
        return 0;
    }
    Table table({"ID", "STARTED", "STATE", "FILE", "PRINTER", "HOST", "USER"});
    for (const PrintJob& job : jobs)
        table.add({std::to_string(job.id), local_time(job.started), std::string(to_string(job.state)),
                   job.gcode.filename, job.printer.name, job.printer_host, job.username.value_or("")});
    print(table);
    return 0;
}

}  // namespace

void add_printjob_command(CLI::App& program, Run& chosen) {
    CommandGroup<ListArguments> group(program, chosen, "printjob", "See what was printed");
    add_list_options(*group.add("list", "List the print jobs, newest first", list), group.arguments());
}

}  // namespace karmen::cli
