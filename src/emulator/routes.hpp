#pragma once

#include "api/route.hpp"

#include <boost/json/object.hpp>

#include <vector>

/// The OctoPrint that slicers see. An address of its own below /octoprint-emulator, once for the library and once for
/// each printer, with OctoPrint's JSON, API key and errors.
namespace karmen::emulator {

std::vector<api::Route> routes();

/// The JSON Schemas of its rows.
boost::json::object schemas();

}  // namespace karmen::emulator
