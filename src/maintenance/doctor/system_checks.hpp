#pragma once

#include "base/clock.hpp"
#include "config/config.hpp"
#include "maintenance/doctor/finding.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// Checks the machine: time, descriptors, the port. Changes nothing.
namespace karmen::maintenance::doctor {

enum class Synchronisation { kYes, kNo, kUnknown };

/// Whether the system's clock is synchronised (NTP), according to the kernel.
Synchronisation clock_synchronisation();

/// The modification time of this program's file: a correct clock is always later.
std::optional<Timestamp> program_made();

/// `newest_row` is the time of the newest row in the database.
Finding check_clock(Timestamp now, std::optional<Timestamp> program_made, std::optional<Timestamp> newest_row,
                    Synchronisation synchronisation);

/// The highest number of descriptors that a process can ask for.
std::uint64_t descriptor_limit();

/// Every connection needs one, every request to a printer too.
Finding check_descriptors(std::uint64_t limit, int connections_max);

/// Checks that the server can listen at its address, or listens there already. Does not listen itself; asks over HTTP.
Finding check_port(const config::Config& config);

}  // namespace karmen::maintenance::doctor
