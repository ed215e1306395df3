#include "app/printer_options.hpp"

#include "config/load.hpp"

#include <algorithm>
#include <fstream>

namespace karmen::app {

fleet::PrinterMonitorOptions monitor_options(const config::Printers& printers) {
    return {.status_age_max = printers.status_max_age,
            .deadline = printers.deadline,
            .checks_max = static_cast<std::size_t>(printers.checks_max),
            .check_interval = printers.check_interval,
            .check_interval_active = printers.check_interval_active,
            .settle_interval = printers.settle_interval,
            .settle_time = printers.settle_time,
            .backoff_max = printers.backoff_max};
}

net::HttpClientOptions http_client_options(const config::Printers& printers) {
    // Checked here, because libcurl would read it only at the first printer with TLS, and then refuse all of them.
    if (!printers.ca_file.empty() && !std::ifstream(printers.ca_file).good())
        throw config::ConfigError({"printers.ca_file cannot be read: " + printers.ca_file});
    return {.ca_file = printers.ca_file};
}

printers::octoprint::ClientOptions client_options(const config::Config& config) {
    const config::Printers& printers = config.printers;
    return {.connect_timeout = printers.request_timeout,
            .read_timeout = printers.request_timeout,
            .command_timeout = printers.request_timeout,
            .upload_idle_timeout = printers.upload_idle_timeout,
            .upload_answer_timeout = printers.upload_answer_timeout,
            .print_settle_time = printers.print_settle_time,
            .answer_bytes_max = printers.answer_max_bytes,
            .requests_per_printer_max = static_cast<std::size_t>(printers.requests_max_per_printer),
            .camera_hosts = printers::CameraHosts(config.webcam.allowed_hosts)};
}

printers::ServerProbe::Options probe_options(const config::Printers& printers) {
    return {.connect_timeout = std::min(printers.request_timeout, printers.probe_timeout),
            .deadline = printers.probe_timeout,
            .answer_bytes_max = printers.answer_max_bytes};
}

webcam::RelayOptions relay_options(const config::Webcam& webcam) {
    return {.cameras_max = static_cast<std::size_t>(webcam.cameras_max),
            .viewers_max = static_cast<std::size_t>(webcam.viewers_max),
            .picture_bytes_max = webcam.picture_max_bytes,
            .connect_timeout = webcam.connect_timeout,
            .idle_timeout = webcam.idle_timeout,
            .linger = webcam.linger,
            .outage_max = webcam.outage_max,
            .still_interval = webcam.still_interval,
            .hosts = printers::CameraHosts(webcam.allowed_hosts)};
}

services::SnapshotOptions snapshot_options(const config::Webcam& webcam) {
    return {.age_max = webcam.snapshot_max_age, .pixels_max = webcam.snapshot_max_pixels};
}

}  // namespace karmen::app
