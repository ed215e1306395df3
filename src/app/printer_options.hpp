#pragma once

#include "config/config.hpp"
#include "fleet/printer_monitor.hpp"
#include "net/http_client.hpp"
#include "printers/octoprint/client.hpp"
#include "printers/server_probe.hpp"
#include "services/webcams.hpp"
#include "webcam/relay.hpp"

/// Maps the configuration to the options of the classes that talk to printers, in the server and in commands.
namespace karmen::app {

/// Throws config::ConfigError if printers.ca_file cannot be read.
net::HttpClientOptions http_client_options(const config::Printers& printers);
printers::octoprint::ClientOptions client_options(const config::Config& config);
printers::ServerProbe::Options probe_options(const config::Printers& printers);
fleet::PrinterMonitorOptions monitor_options(const config::Printers& printers);
webcam::RelayOptions relay_options(const config::Webcam& webcam);
services::SnapshotOptions snapshot_options(const config::Webcam& webcam);

}  // namespace karmen::app
