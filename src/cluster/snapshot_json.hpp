#pragma once

#include "fleet/printer_exchange.hpp"

#include <boost/json/object.hpp>

#include <optional>

namespace karmen::cluster {

/// A snapshot as processes of one installation send it to each other. Not the JSON of the HTTP contract.
boost::json::object to_json(const PrinterSnapshot& snapshot);

/// nullopt if it is not in the form that this version of the program writes.
std::optional<PrinterSnapshot> parse_snapshot(const boost::json::value& json);

}  // namespace karmen::cluster
