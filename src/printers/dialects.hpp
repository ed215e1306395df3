#pragma once

#include "printers/octoprint/client.hpp"
#include "printers/printer_api.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace karmen::printers {

/// Why Karmen cannot use this printer although its server answers, in a sentence: it speaks another protocol. Empty if
/// Karmen speaks it.
std::string_view unspoken_hint(const PrinterClient& client);

/// Speaks to every printer in the dialect of its server. The only place that chooses an implementation of PrinterApi; a
/// printer of a dialect that Karmen does not speak is never called. Owned by the composition root. Loop only.
class Dialects final : public PrinterApi {
  public:
    Dialects(Executor loop, net::HttpClient& http, octoprint::ClientOptions octoprint);

    Awaitable<SniffedServer> sniff(PrinterAddress address) override;
    Awaitable<Observed<PrinterStatus>> status(PrinterAddress address) override;
    Awaitable<Observed<Webcam>> webcam(PrinterAddress address) override;
    Awaitable<Observed<JobReport>> job(PrinterAddress address) override;
    Awaitable<std::optional<FileRecord>> file_record(PrinterAddress address, std::string path) override;
    Awaitable<Observed<CommandOutcome>> connect(PrinterAddress address) override;
    Awaitable<Observed<CommandOutcome>> disconnect(PrinterAddress address) override;
    Awaitable<Observed<CommandOutcome>> command_job(PrinterAddress address, JobCommand command) override;
    Awaitable<Observed<PrintOutcome>> print(PrinterAddress address, PrintFile file, PrintSteps& steps) override;

  private:
    /// Answers for printers whose dialect nobody speaks.
    class Unspoken final : public PrinterApi {
      public:
        Awaitable<SniffedServer> sniff(PrinterAddress address) override;
        Awaitable<Observed<PrinterStatus>> status(PrinterAddress address) override;
        Awaitable<Observed<Webcam>> webcam(PrinterAddress address) override;
        Awaitable<Observed<JobReport>> job(PrinterAddress address) override;
        Awaitable<std::optional<FileRecord>> file_record(PrinterAddress address, std::string path) override;
        Awaitable<Observed<CommandOutcome>> connect(PrinterAddress address) override;
        Awaitable<Observed<CommandOutcome>> disconnect(PrinterAddress address) override;
        Awaitable<Observed<CommandOutcome>> command_job(PrinterAddress address, JobCommand command) override;
        Awaitable<Observed<PrintOutcome>> print(PrinterAddress address, PrintFile file, PrintSteps& steps) override;
    };

    PrinterApi& speaker_of(const PrinterAddress& address);

    octoprint::Client octoprint_;
    Unspoken unspoken_;
};

}  // namespace karmen::printers
