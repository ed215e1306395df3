#include "base/error.hpp"
#include "cli/commands.hpp"
#include "config/values.hpp"
#include "fake/fake_printer.hpp"
#include "runtime/loop.hpp"
#include "runtime/pool.hpp"
#include "runtime/signals.hpp"

#include <CLI/Validators.hpp>
#include <fmt/core.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace karmen::cli {

namespace {

/// What the command line said.
struct Arguments {
    std::string address = "127.0.0.1";
    int port = 0;
    int count = 1;
    double speed = 1;
    std::string print_duration;
    std::string name = "Fake printer";
    std::string api_key;
    std::string octoprint_version = "1.11.8";
    std::string state = "operational";
    std::string webcam = "relative";
    std::vector<std::string> faults;
};

[[noreturn]] void refuse(const char* option, const std::string& value) {
    throw Error(ErrorCode::kInvalidInput, PublicMessage{fmt::format("{}: {} is not known; see --help", option, value)});
}

fake::StartState start_state(const std::string& text) {
    if (text == "operational") return fake::StartState::kOperational;
    if (text == "offline") return fake::StartState::kOffline;
    if (text == "printing") return fake::StartState::kPrinting;
    refuse("--state", text);
}

fake::WebcamSetting webcam_setting(const std::string& text) {
    if (text == "relative") return fake::WebcamSetting::kRelative;
    if (text == "absolute") return fake::WebcamSetting::kAbsolute;
    if (text == "missing") return fake::WebcamSetting::kMissing;
    if (text == "disabled") return fake::WebcamSetting::kDisabled;
    refuse("--webcam", text);
}

/// Without a key everybody may do everything, as on a printer at home whose access control is off.
fake::AccessOptions access_options(const std::string& api_key) {
    if (api_key.empty()) return {.guests = fake::GuestRights::kAll};
    return {.api_key = api_key};
}

/// Longer than any real print.
constexpr std::chrono::days kPrintDurationMax{365};

/// Empty if the text is such a number, otherwise what is expected (CLI11's convention for checks).
std::string check_speed(const std::string& text) {
    double speed = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), speed);
    const bool is_number = failure == std::errc() && end == text.data() + text.size();
    if (is_number && speed > 0 && speed <= fake::kSpeedMax) return "";
    return fmt::format("{} is not allowed; allowed: a number above 0, up to {}", text, fake::kSpeedMax);
}

std::string check_print_duration(const std::string& text) {
    const auto duration = config::parse_duration(text);
    if (duration && *duration > duration->zero() && *duration <= kPrintDurationMax) return "";
    return fmt::format("{} is not allowed; allowed: a duration such as 500ms, 20s or 1h, up to {}", text,
                       config::format_duration(kPrintDurationMax));
}

fake::FakePrinterOptions printer_options(const Arguments& arguments, int index) {
    const auto version = fake::OctoPrintVersion::parse(arguments.octoprint_version);
    if (!version) refuse("--octoprint-version", arguments.octoprint_version);
    fake::FakePrinterOptions options{
        .address = arguments.address,
        .port = static_cast<std::uint16_t>(arguments.port == 0 ? 0 : arguments.port + index),
        .name = arguments.count == 1 ? arguments.name : fmt::format("{} {}", arguments.name, index + 1),
        .version = *version,
        .access = access_options(arguments.api_key),
        .simulation = {.speed = arguments.speed,
                       .print_duration = config::parse_duration(arguments.print_duration),
                       .seed = static_cast<std::uint64_t>(index) + 1},
        .start = start_state(arguments.state),
        .webcam = webcam_setting(arguments.webcam)};
    for (const std::string& text : arguments.faults) {
        const auto rule = fake::parse_fault(text);
        if (!rule) refuse("--fault", text);
        options.faults.push_back(*rule);
    }
    return options;
}

Awaitable<void> simulate(Loop& loop, const Arguments& arguments, Log& log) {
    TerminationSignals signals(loop.executor());
    Pool files("files", 1, 1000);
    std::list<fake::FakePrinter> printers;
    for (int i = 0; i < arguments.count; ++i)
        printers.emplace_back(loop.executor(), printer_options(arguments, i), files, log);
    std::exception_ptr failure;
    try {
        for (fake::FakePrinter& printer : printers) {
            printer.start();
            const bool is_ipv6 = arguments.address.contains(':');
            fmt::print("Simulated printer on http://{}:{}\n",
                       is_ipv6 ? fmt::format("[{}]", arguments.address) : arguments.address, printer.port());
        }
        std::fflush(stdout);
        co_await signals.next();
    } catch (...) {
        failure = std::current_exception();
    }
    for (fake::FakePrinter& printer : printers) co_await printer.stop();
    if (failure) std::rethrow_exception(failure);
}

std::string fault_help() {
    std::string help = "What goes wrong, as NAME[=AMOUNT][@PATH][*COUNT]; may be given several times. Names:";
    for (const fake::FaultFacts& facts : fake::kFaults) help += fmt::format("\n  {}: {}", facts.name, facts.meaning);
    return help;
}

}  // namespace

void add_fake_printer_command(CLI::App& program, Run& chosen) {
    CLI::App* command = program.add_subcommand("fake-printer", "Simulate printers behind OctoPrint");
    const auto arguments = std::make_shared<Arguments>();
    command->add_option("--address", arguments->address, "Where to listen")->capture_default_str();
    command->add_option("--port", arguments->port, "Port of the first printer, the others follow; 0: any free ones")
        ->check(CLI::Range(0, 65535))
        ->capture_default_str();
    command->add_option("--count", arguments->count, "How many printers")
        ->check(CLI::Range(1, 2000))
        ->capture_default_str();
    command->add_option("--speed", arguments->speed, "Simulated seconds in a second")
        ->check(check_speed)
        ->capture_default_str();
    command
        ->add_option("--print-duration", arguments->print_duration,
                     "Simulated time of every print, such as 20s or 1h; default: as the size of the file makes it")
        ->check(check_print_duration);
    command->add_option("--name", arguments->name, "Shown in the webcam's picture")->capture_default_str();
    command->add_option("--api-key", arguments->api_key, "Key to ask for; default: everybody may do everything");
    command->add_option("--octoprint-version", arguments->octoprint_version, "Release to imitate, traps included")
        ->capture_default_str();
    command->add_option("--state", arguments->state, "At the start: operational, offline or printing")
        ->capture_default_str();
    command->add_option("--webcam", arguments->webcam, "In the settings: relative, absolute, missing or disabled")
        ->capture_default_str();
    command->add_option("--fault", arguments->faults, fault_help());
    command->callback([&chosen, arguments] {
        chosen = [arguments](const config::Config& config) {
            Log log(config.log.level, config.log.format);
            Loop loop;
            loop.run_until_done(simulate(loop, *arguments, log));
            return 0;
        };
    });
}

}  // namespace karmen::cli
