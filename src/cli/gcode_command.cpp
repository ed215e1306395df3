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
    const auto gcodes = all_pages(newest_first("uploaded"), arguments.limit,
                                  [&](const ListQuery& query) { return persistence.gcodes.list(query); });
    if (arguments.json) {
        print(json_array(gcodes, [](const Gcode& gcode) { return api::to_json(gcode); }));
        return 0;
    }
    Table table({"ID", "NAME", "FOLDER", "SIZE", "UPLOADED", "USER"});
    for (const Gcode& gcode : gcodes)
        table.add({std::to_string(gcode.id), gcode.display, gcode.path, human_size(gcode.size_bytes),
                   local_time(gcode.uploaded), gcode.username.value_or("")});
    print(table);
    return 0;
}

}  // namespace

void add_gcode_command(CLI::App& program, Run& chosen) {
    CommandGroup<ListArguments> group(program, chosen, "gcode", "See the G-code files");
    add_list_options(*group.add("list", "List the files, newest first", list), group.arguments());
}

}  // namespace karmen::cli
