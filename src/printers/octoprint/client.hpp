#pragma once

#include "net/http_client.hpp"
#include "printers/camera_hosts.hpp"
#include "printers/host_limits.hpp"
#include "printers/octoprint/upload_outcome.hpp"
#include "printers/printer_api.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace karmen::printers::octoprint {

struct ClientOptions {
    std::chrono::milliseconds connect_timeout{1'000};
    std::chrono::milliseconds read_timeout{2'000};  ///< of one GET, including its wait for its turn
    std::chrono::milliseconds command_timeout{10'000};
    std::chrono::milliseconds upload_idle_timeout{60'000};
    /// For the answer after the last byte: OctoPrint first copies the file and begins to print it.
    std::chrono::milliseconds upload_answer_timeout{600'000};
    /// For questions whether it prints, after an unclear answer.
    std::chrono::milliseconds print_settle_time{10'000};
    std::chrono::milliseconds ask_again_pause{500};
    std::size_t answer_bytes_max = 1 << 20;
    std::size_t requests_per_printer_max = 2;
    CameraHosts camera_hosts = CameraHosts();
};

/// Printers behind OctoPrint, by its REST API (https://docs.octoprint.org/en/master/api/). wire.hpp maps the JSON.
/// Owned by the composition root. Loop only.
class Client final : public PrinterApi {
  public:
    Client(Executor loop, net::HttpClient& http, ClientOptions options);

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
    enum class Connection { kOpen, kClosed };

    net::HttpRequest request_to(const PrinterAddress& address, std::string_view path) const;
    Awaitable<net::HttpResult> get(PrinterAddress address, std::string path);
    Awaitable<net::HttpResult> post(PrinterAddress address, std::string path, std::string json);
    Awaitable<net::HttpResult> send_within(std::chrono::milliseconds limit, net::HttpRequest request, std::string host);
    Awaitable<net::HttpResult> send_in_turn(net::HttpRequest request, std::string host);
    Awaitable<bool> may_command(PrinterAddress address);
    Awaitable<PrinterStatus> explain_denial(PrinterAddress address);
    Awaitable<PrinterStatus> status_without_printer(PrinterAddress address);
    Awaitable<Observed<CommandOutcome>> observed_command(PrinterAddress address, net::HttpResult result);
    Awaitable<Observed<CommandOutcome>> bring_to(PrinterAddress address, Connection wanted);
    Awaitable<net::HttpResult> upload(PrinterAddress address, PrintFile file, HostLimits::Visit& visit,
                                      PrintSteps& steps);
    Awaitable<PrintOutcome> find_out(PrinterAddress address, SentFile sent, UnclearAnswer unclear);
    Awaitable<std::optional<PrintOutcome>> ask_whether_it_prints(PrinterAddress address, const SentFile& sent,
                                                                 bool is_last_time);

    net::HttpClient& http_;
    ClientOptions options_;
    HostLimits limits_;
};

}  // namespace karmen::printers::octoprint
