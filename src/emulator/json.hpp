#pragma once

#include "domain/gcode.hpp"
#include "domain/printer.hpp"
#include "fleet/printer_monitor.hpp"

#include <boost/json/object.hpp>

#include <string>

/// What OctoPrint would say, for slicers that believe to talk to one (OctoPrint 1.11 REST API). Only what slicers read.
namespace karmen::emulator {

boost::json::object version();
boost::json::object server();
boost::json::object settings();
boost::json::object printer_profiles();
boost::json::object current_user(const std::string& username);
boost::json::object login(const std::string& username);
boost::json::object no_files();

/// What a slicer sees where there is no printer behind the address: always connected and idle, since all it is for is
/// to upload.
PrinterSnapshot library();

boost::json::object printer(const PrinterStatus& status);
boost::json::object job(const PrinterSnapshot& snapshot);
boost::json::object connection(const PrinterStatus& status);

/// `address` is where it was asked for, `prefix` that of the request.
boost::json::object file(const Gcode& gcode, const std::string& address, const std::string& prefix);

enum class PrintEffect { kNone, kStarted };
boost::json::object uploaded(const Gcode& gcode, PrintEffect print);

}  // namespace karmen::emulator
