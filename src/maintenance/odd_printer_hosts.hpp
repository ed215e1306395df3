#pragma once

#include "domain/printer.hpp"
#include "storage/database.hpp"

#include <span>
#include <string>
#include <vector>

namespace karmen::maintenance {

/// Addresses that an old database may have and this program would refuse now: malformed ones, and several for one
/// server. They are kept as they are. Each is a text for people, such as `10.0.0.7:80 = 10.0.0.7`. Any thread.
std::vector<std::string> odd_printer_hosts(std::span<const Printer> printers);

/// What to tell about those of a database that was just converted; empty if there are none. Blocks.
std::string note_of_odd_printer_hosts(storage::Database& database);

}  // namespace karmen::maintenance
