#pragma once

#include "domain/gcode.hpp"
#include "domain/printer.hpp"
#include "fleet/printer_monitor.hpp"

#include <boost/json/object.hpp>

#include <string>

/// The answers of OctoPrint's REST API (1.11) for slicers; only the members that slicers read.
namespace karmen::emulator {

boost::json::object version();
boost::json::object server();
boost::json::object settings();
boost::json::object printer_profiles();
boost::json::object current_user(const std::string& username);
boost::json::object login(const std::string& username);
boost::json::object no_files();

/// What a slicer sees at an address without a printer: always connected and idle, because it is only for uploads.
PrinterSnapshot library();

boost::json::object printer(const PrinterStatus& status);
boost::json::object job(const PrinterSnapshot& snapshot);
boost::json::object connection(const PrinterStatus& status);

/// `address` is the address that was asked for, `prefix` the prefix of the request.
boost::json::object file(const Gcode& gcode, const std::string& address, const std::string& prefix);

enum class PrintEffect { kNone, kStarted };
boost::json::object uploaded(const Gcode& gcode, PrintEffect print);

}  // namespace karmen::emulator
