#include "printers/dialects.hpp"

#include <string>
#include <utility>

namespace karmen::printers {

namespace {

constexpr std::string_view kUnspoken = "Karmen does not speak the protocol of this printer's server";

PrinterStatus unspoken_status() {
    return not_responding(PrinterState::kOtherServer, std::string(kUnspoken));
}

Observed<CommandOutcome> refused_command() {
    return {{CommandOutcome::Result::kRefused, std::string(kUnspoken)}, std::nullopt};
}

}  // namespace

std::string_view unspoken_hint(const PrinterClient& client) {
    if (client.name != kOctoPrintDialect) return kUnspoken;
    return is_moonraker(client.version) ? kMoonrakerHint : std::string_view();
}

Dialects::Dialects(Executor loop, net::HttpClient& http, octoprint::ClientOptions octoprint)
    : octoprint_(std::move(loop), http, std::move(octoprint)) {}

PrinterApi& Dialects::speaker_of(const PrinterAddress& address) {
    if (address.dialect == kOctoPrintDialect) return octoprint_;
    return unspoken_;
}

Awaitable<SniffedServer> Dialects::sniff(PrinterAddress address) {
    return speaker_of(address).sniff(std::move(address));
}

Awaitable<Observed<PrinterStatus>> Dialects::status(PrinterAddress address) {
    return speaker_of(address).status(std::move(address));
}

Awaitable<Observed<Webcam>> Dialects::webcam(PrinterAddress address) {
    return speaker_of(address).webcam(std::move(address));
}

Awaitable<Observed<JobReport>> Dialects::job(PrinterAddress address) {
    return speaker_of(address).job(std::move(address));
}

Awaitable<std::optional<FileRecord>> Dialects::file_record(PrinterAddress address, std::string path) {
    return speaker_of(address).file_record(std::move(address), std::move(path));
}

Awaitable<Observed<CommandOutcome>> Dialects::connect(PrinterAddress address) {
    return speaker_of(address).connect(std::move(address));
}

Awaitable<Observed<CommandOutcome>> Dialects::disconnect(PrinterAddress address) {
    return speaker_of(address).disconnect(std::move(address));
}

Awaitable<Observed<CommandOutcome>> Dialects::command_job(PrinterAddress address, JobCommand command) {
    return speaker_of(address).command_job(std::move(address), command);
}

Awaitable<Observed<PrintOutcome>> Dialects::print(PrinterAddress address, PrintFile file, PrintSteps& steps) {
    return speaker_of(address).print(std::move(address), std::move(file), steps);
}

Awaitable<SniffedServer> Dialects::Unspoken::sniff(PrinterAddress) {
    co_return SniffedServer{.version = {}, .obstacle = unspoken_status()};
}

Awaitable<Observed<PrinterStatus>> Dialects::Unspoken::status(PrinterAddress) {
    co_return Observed<PrinterStatus>{unspoken_status(), std::nullopt};
}

Awaitable<Observed<Webcam>> Dialects::Unspoken::webcam(PrinterAddress) {
    co_return Observed<Webcam>{{std::string(kWebcamNotAccessible), std::nullopt, std::string(kUnspoken)}, std::nullopt};
}

Awaitable<Observed<JobReport>> Dialects::Unspoken::job(PrinterAddress) {
    co_return Observed<JobReport>{{}, std::nullopt};
}

Awaitable<std::optional<FileRecord>> Dialects::Unspoken::file_record(PrinterAddress, std::string) {
    co_return std::nullopt;
}

Awaitable<Observed<CommandOutcome>> Dialects::Unspoken::connect(PrinterAddress) {
    co_return refused_command();
}

Awaitable<Observed<CommandOutcome>> Dialects::Unspoken::disconnect(PrinterAddress) {
    co_return refused_command();
}

Awaitable<Observed<CommandOutcome>> Dialects::Unspoken::command_job(PrinterAddress, JobCommand) {
    co_return refused_command();
}

Awaitable<Observed<PrintOutcome>> Dialects::Unspoken::print(PrinterAddress, PrintFile, PrintSteps&) {
    co_return Observed<PrintOutcome>{{PrintOutcome::Result::kRefused, std::string(kUnspoken)}, std::nullopt};
}

}  // namespace karmen::printers
