#pragma once

#include "base/clock.hpp"
#include "config/config.hpp"
#include "maintenance/doctor/finding.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// What the machine offers: time, descriptors, the port. Nothing is changed.
namespace karmen::maintenance::doctor {

enum class Synchronisation { kYes, kNo, kUnknown };

/// Whether somebody keeps the system's clock right (NTP), as the kernel knows it.
Synchronisation clock_synchronisation();

/// When the file of this program was made, which is before every moment at which it runs.
std::optional<Timestamp> program_made();

/// `newest_row` is the youngest of the database.
Finding check_clock(Timestamp now, std::optional<Timestamp> program_made, std::optional<Timestamp> newest_row,
                    Synchronisation synchronisation);

/// The most descriptors that a process may have, when it asks for all of them.
std::uint64_t descriptor_limit();

/// Every connection takes one, every request to a printer too.
Finding check_descriptors(std::uint64_t limit, int connections_max);

/// Whether the server can listen where it should, or listens there already. Listens nowhere itself; asks over HTTP.
Finding check_port(const config::Config& config);

}  // namespace karmen::maintenance::doctor
