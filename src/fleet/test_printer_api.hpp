#pragma once

#include "base/uuid.hpp"
#include "fleet/printer_monitor.hpp"
#include "printers/printer_api.hpp"
#include "runtime/event.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <vector>

namespace karmen::fleet {

/// For tests only: nothing happens by itself, nothing is ever too old or too late.
inline constexpr std::chrono::milliseconds kNever = std::chrono::hours(24);
inline constexpr PrinterMonitorOptions kPatient{.checks = PrinterChecks::kRegular,
                                                .status_age_max = kNever,
                                                .deadline = kNever,
                                                .check_interval = kNever,
                                                .check_interval_active = kNever,
                                                .settle_interval = kNever,
                                                .settle_time = kNever,
                                                .backoff_max = kNever,
                                                .webcam_age_max = kNever,
                                                .claim_lifetime = kNever};

/// For tests only: the id of the printer at this address.
inline Uuid id_of(std::string_view host) {
    std::array<std::byte, 16> bytes{};
    for (std::size_t i = 0; i < host.size(); ++i) bytes.at(i % bytes.size()) ^= static_cast<std::byte>(host[i]);
    return Uuid(bytes);
}

/// For tests only: printers that answer what the test says, hang while the test holds them, and count what they are
/// asked. Loop only.
class ScriptedPrinterApi final : public printers::PrinterApi {
  public:
    struct Script {
        printers::SniffedServer server{.version = {.api = "0.1", .server = "1.9.3", .text = "OctoPrint 1.9.3"},
                                       .connected = true,
                                       .access_level = AccessLevel::kUnlocked};
        PrinterStatus status{.state = PrinterState::kOperational, .text = "Operational"};
        Webcam webcam{.message = std::string(kWebcamDisabled), .stream = std::nullopt};
        std::optional<PrinterJob> job;
        std::optional<PrinterFile> file;
        std::optional<FileRecord> record;  ///< of every file
        printers::PrintOutcome outcome{.result = printers::PrintOutcome::Result::kStarted, .reason = {}};
        printers::CommandOutcome command_outcome{.result = printers::CommandOutcome::Result::kDone, .reason = {}};
        std::optional<AccessLevel> access;          ///< shown by questions about the status
        std::optional<AccessLevel> command_access;  ///< shown by commands
        /// Who comes with another one is refused, when there is one.
        std::optional<std::string> right_api_key;
        /// Called when a print has been accepted, before the caller hears of it.
        std::function<void()> on_print;

        int sniffs = 0;
        int statuses = 0;
        int webcams = 0;
        int jobs = 0;
        int records = 0;
        int prints = 0;
        std::vector<std::string> commands;
        int waiting = 0;  ///< calls that are held
        std::string printed;
        std::string printed_as;

        std::shared_ptr<Event> hold;
        std::shared_ptr<Event> print_hold;
    };

    explicit ScriptedPrinterApi(Executor loop) : loop_(std::move(loop)) {}

    Script& at(const std::string& host) { return scripts_[host]; }

    /// From now on nobody gets an answer, but who is released or cancelled.
    void hold(const std::string& host) { at(host).hold = std::make_shared<Event>(loop_); }
    void hold_prints(const std::string& host) { at(host).print_hold = std::make_shared<Event>(loop_); }
    void release(const std::string& host) { std::exchange(at(host).hold, nullptr)->set(); }
    void release_prints(const std::string& host) { std::exchange(at(host).print_hold, nullptr)->set(); }
    /// Those who wait get their answer, those who come later are held again.
    void release_who_waits(const std::string& host) {
        release(host);
        hold(host);
    }

    Awaitable<printers::SniffedServer> sniff(printers::PrinterAddress address) override {
        Script& script = at(address.host);
        ++script.sniffs;
        co_await pass(script, script.hold);
        printers::SniffedServer server = script.server;
        if (!lets_in(script, address)) server.access_level = AccessLevel::kProtected;
        co_return server;
    }

    Awaitable<printers::Observed<PrinterStatus>> status(printers::PrinterAddress address) override {
        Script& script = at(address.host);
        ++script.statuses;
        co_await pass(script, script.hold);
        if (!lets_in(script, address)) co_return refused<PrinterStatus>(not_responding());
        co_return printers::Observed<PrinterStatus>{script.status, script.access};
    }

    Awaitable<printers::Observed<Webcam>> webcam(printers::PrinterAddress address) override {
        Script& script = at(address.host);
        ++script.webcams;
        co_await pass(script, script.hold);
        co_return printers::Observed<Webcam>{script.webcam, std::nullopt};
    }

    Awaitable<printers::Observed<printers::JobReport>> job(printers::PrinterAddress address) override {
        Script& script = at(address.host);
        ++script.jobs;
        co_await pass(script, script.hold);
        co_return printers::Observed<printers::JobReport>{{.responded = true, .job = script.job, .file = script.file},
                                                          std::nullopt};
    }

    Awaitable<std::optional<FileRecord>> file_record(printers::PrinterAddress address, std::string) override {
        Script& script = at(address.host);
        ++script.records;
        co_await pass(script, script.hold);
        co_return script.record;
    }

    Awaitable<printers::Observed<printers::CommandOutcome>> connect(printers::PrinterAddress address) override {
        co_return command(address, "connect");
    }
    Awaitable<printers::Observed<printers::CommandOutcome>> disconnect(printers::PrinterAddress address) override {
        co_return command(address, "disconnect");
    }
    Awaitable<printers::Observed<printers::CommandOutcome>> command_job(printers::PrinterAddress address,
                                                                        printers::JobCommand wanted) override {
        co_return command(address, name_of(wanted));
    }

    Awaitable<printers::Observed<printers::PrintOutcome>> print(printers::PrinterAddress address,
                                                                printers::PrintFile file,
                                                                printers::PrintSteps& steps) override {
        Script& script = at(address.host);
        ++script.prints;
        co_await steps.on_sending("karmen/" + file.folder + "/" + file.name, script.record);
        co_await pass(script, script.print_hold);
        co_await steps.on_starting();
        script.printed.resize(file.size);
        const auto bytes = ::pread(file.file.get(), script.printed.data(), script.printed.size(), 0);
        script.printed.resize(bytes < 0 ? 0 : static_cast<std::size_t>(bytes));
        script.printed_as = file.folder + "/" + file.name;
        if (script.on_print) script.on_print();
        co_return printers::Observed<printers::PrintOutcome>{script.outcome, script.command_access};
    }

  private:
    static const char* name_of(printers::JobCommand command) {
        switch (command) {
            case printers::JobCommand::kCancel:
                return "cancel";
            case printers::JobCommand::kStart:
                return "start";
            case printers::JobCommand::kPause:
                return "pause";
            case printers::JobCommand::kResume:
                return "resume";
            case printers::JobCommand::kToggle:
                return "toggle";
        }
        return "";
    }

    static bool lets_in(const Script& script, const printers::PrinterAddress& address) {
        return !script.right_api_key || address.api_key == script.right_api_key;
    }

    template <class T>
    static printers::Observed<T> refused(T value) {
        return {std::move(value), AccessLevel::kProtected};
    }

    printers::Observed<printers::CommandOutcome> command(const printers::PrinterAddress& address, const char* name) {
        Script& script = at(address.host);
        script.commands.emplace_back(name);
        return {script.command_outcome, script.command_access};
    }

    static Awaitable<void> pass(Script& script, std::shared_ptr<Event> hold) {
        if (!hold) co_return;
        struct Waiting {
            explicit Waiting(int& count_in) : count(count_in) { ++count; }
            ~Waiting() { --count; }
            int& count;
        } const waiting(script.waiting);
        co_await hold->wait();
    }

    Executor loop_;
    std::map<std::string, Script> scripts_;
};

}  // namespace karmen::fleet
