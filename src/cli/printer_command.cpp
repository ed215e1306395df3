#include "api/json.hpp"
#include "app/printer_options.hpp"
#include "base/display.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "cli/ask.hpp"
#include "cli/command_audit.hpp"
#include "cli/command_context.hpp"
#include "cli/command_group.hpp"
#include "cli/commands.hpp"
#include "cli/list_arguments.hpp"
#include "cli/output.hpp"
#include "domain/printer_host.hpp"
#include "fleet/printer_observer.hpp"
#include "net/http_client.hpp"
#include "printers/dialects.hpp"
#include "services/printers.hpp"

#include <fmt/core.h>

#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace karmen::cli {

namespace {

using services::PrinterView;

struct Arguments {
    std::string host;
    std::string name;
    std::optional<std::string> protocol;
    std::string tls_fingerprint;
    bool api_key_stdin = false;
    bool offline_data = false;
    ListArguments list;
    std::string filter;
};

/// The use cases of the server, on its database, with a monitor that ends with each.
class PrinterAdministration {
  public:
    explicit PrinterAdministration(const config::Config& config,
                                   maintenance::UnreadyDatabase unready = maintenance::UnreadyDatabase::kRefuse)
        : context_(config, unready),
          log_(LogLevel::kWarning, config.log.format),
          http_(context_.loop.executor(), context_.blocking, app::http_client_options(config.printers), log_),
          client_(context_.loop.executor(), http_, app::client_options(config)),
          monitor_(context_.loop.executor(),
                   {client_, context_.persistence.printers, exchange_, context_.blocking, log_, nobody_},
                   app::monitor_options(config.printers)),
          printers_({context_.persistence.printers, client_, monitor_, exchange_, lists_, context_.blocking, nobody_}),
          deadline_(config.printers.deadline) {}

    std::vector<PrinterView> as_stored(const Arguments& arguments) {
        return all_pages({.filter = filter_of(arguments.filter)}, arguments.list.limit,
                         [this](const ListQuery& query) { return context_.run(printers_.page(query, {})); });
    }

    /// Shows what the printers answer now, but does not store it: the server does that.
    std::vector<PrinterView> as_they_are(const Arguments& arguments) {
        std::vector<PrinterView> views = as_stored(arguments);
        std::vector<Printer> printers;
        for (const PrinterView& view : views) printers.push_back(view.printer);
        auto seen =
            context_.run(fleet::observe_all(client_, std::move(printers), deadline_, fleet::WebcamQuestion::kSkip));
        for (std::size_t i = 0; i < views.size(); ++i) {
            views[i].fields = {.status = true, .job = true};
            views[i].snapshot.status = std::move(seen[i].status);
            views[i].snapshot.job = std::move(seen[i].job);
        }
        return views;
    }

    PrinterView add(services::NewPrinter printer) {
        const std::string host = printer.host;
        return audited(context_.persistence, "printer.add", host,
                       [&] { return context_.run(add_once(std::move(printer))); });
    }
    void remove(const std::string& host) {
        audited(context_.persistence, "printer.remove", host, [&] { context_.run(printers_.remove(host)); });
    }

  private:
    Awaitable<PrinterView> add_once(services::NewPrinter printer) {
        std::optional<PrinterView> added;
        std::exception_ptr failure;
        try {
            added = co_await printers_.add(std::move(printer));
        } catch (...) {
            failure = std::current_exception();
        }
        co_await monitor_.stop();
        if (failure) std::rethrow_exception(failure);
        co_return std::move(*added);
    }

    CommandContext context_;
    Log log_;
    net::HttpClient http_;
    printers::Dialects client_;
    fleet::NoOtherProcesses exchange_;
    events::NobodyListens nobody_;
    fleet::PrinterMonitor monitor_;
    // Nobody else waits.
    storage::ListReader lists_{context_.blocking, context_.blocking, std::chrono::hours(1)};
    services::Printers printers_;
    std::chrono::milliseconds deadline_;
};

std::string state_text(const PrinterSnapshot& snapshot) {
    if (!has_active_print(snapshot.status.state) || !snapshot.job || !snapshot.job->completion)
        return snapshot.status.text;
    return fmt::format("{} ({:.0f} %)", snapshot.status.text, *snapshot.job->completion);
}

int list(const config::Config& config, const Arguments& arguments) {
    PrinterAdministration printers(config);
    const auto views = arguments.offline_data ? printers.as_stored(arguments) : printers.as_they_are(arguments);
    if (arguments.list.json) {
        print(json_array(views, [](const PrinterView& view) { return api::to_json(view); }));
        return 0;
    }
    std::vector<std::string> header{"NAME", "HOST", "PROTOCOL", "CONNECTED", "ACCESS"};
    if (!arguments.offline_data) header.emplace_back("STATE");
    Table table(std::move(header));
    for (const auto& [printer, fields, snapshot, shown_print] : views) {
        std::vector<std::string> row{printer.name, printer.host, std::string(to_string(printer.protocol)),
                                     printer.client.connected ? "yes" : "no",
                                     std::string(to_string(printer.client.access_level))};
        if (!arguments.offline_data) row.push_back(state_text(snapshot));
        table.add(std::move(row));
    }
    print(table);
    return 0;
}

services::NewPrinter checked(const Arguments& arguments) {
    services::NewPrinter printer{.host = arguments.host, .name = arguments.name};
    std::vector<FieldError> errors;
    const auto note = [&](const char* pointer, std::string_view problem) {
        if (!problem.empty()) errors.push_back({pointer, std::string(problem)});
    };
    const auto protocol = arguments.protocol ? from_word<Protocol>(*arguments.protocol) : std::nullopt;
    if (arguments.protocol && !protocol) note("/protocol", "must be http or https");
    const auto host = parse_printer_host(printer.host, protocol);
    if (!host) note("/host", host.error());
    note("/name", printer_name_problem(printer.name));
    const auto fingerprint = parse_tls_fingerprint(arguments.tls_fingerprint);
    if (!fingerprint && !arguments.tls_fingerprint.empty()) note("/tls_fingerprint", kTlsFingerprintForm);
    if (errors.empty() && arguments.api_key_stdin) {
        printer.api_key = ask_for_secret("API key");
        note("/api_key", printer_api_key_problem(*printer.api_key));
    }
    if (!errors.empty()) throw Error::invalid(std::move(errors));
    printer.protocol = host->protocol.value_or(Protocol::kHttp);
    printer.tls_fingerprint = fingerprint.value_or("");
    return printer;
}

const char* advice(const PrinterClient& client) {
    if (!client.connected) return "It does not answer now; the server goes on asking.";
    switch (client.access_level) {
        case AccessLevel::kUnlocked:
            return "";
        case AccessLevel::kReadOnly:
            return "It can be watched only: to print, it wants an API key (--api-key-stdin).";
        case AccessLevel::kProtected:
            return "It wants an API key, or a better one (--api-key-stdin).";
        case AccessLevel::kUnknown:
            return "What answers there is no OctoPrint.";
    }
    return "";
}

int add(const config::Config& config, const Arguments& arguments) {
    services::NewPrinter wanted = checked(arguments);
    const PrinterView added =
        PrinterAdministration(config, maintenance::UnreadyDatabase::kMakeNew).add(std::move(wanted));
    fmt::print("Added {}: {}\n", printable(added.printer.name), printable(state_text(added.snapshot)));
    const std::string hint = advice(added.printer.client);
    if (!hint.empty()) fmt::print("{}\n", hint);
    return 0;
}

int remove(const config::Config& config, const Arguments& arguments) {
    PrinterAdministration(config).remove(arguments.host);
    fmt::print("Removed {}\n", printable(arguments.host));
    return 0;
}

}  // namespace

void add_printer_command(CLI::App& program, Run& chosen) {
    CommandGroup<Arguments> group(program, chosen, "printer", "Manage printers, also while the server runs");
    Arguments& arguments = group.arguments();
    CLI::App* list_action = group.add("list", "List the printers by name, and ask what they are doing", list);
    list_action->add_flag("--offline-data", arguments.offline_data, "Ask no printer, print only what is stored");
    add_list_options(*list_action, arguments.list);
    add_filter_option(*list_action, arguments.filter, "name:prusa");
    CLI::App* add_action = group.add("add", "Add a printer", add);
    add_action->add_option("host", arguments.host, "IP address or host name, with :PORT and /PATH if it needs them")
        ->required();
    add_action->add_option("--name", arguments.name, "What people call it")->required();
    add_action->add_option("--protocol", arguments.protocol,
                           "http or https; http if neither this nor the host says it");
    add_action->add_option("--tls-fingerprint", arguments.tls_fingerprint,
                           "SHA-256 of the one certificate that is trusted for https");
    add_action->add_flag("--api-key-stdin", arguments.api_key_stdin, "Read its API key from standard input");
    group.add("remove", "Remove a printer; its print jobs stay", remove)
        ->add_option("host", arguments.host, "Which")
        ->required();
}

}  // namespace karmen::cli
