#pragma once

#include "base/clock.hpp"
#include "config/config.hpp"
#include "maintenance/doctor/finding.hpp"

#include <optional>

namespace karmen::maintenance::doctor {

struct DatabaseReport {
    Findings findings;
    std::optional<Timestamp> newest_row;
};

/// The database's soundness, its schema, who may administrate, and whether rows and files of G-code match. Reads only,
/// also while a server works on it; makes nothing. Any thread, blocks.
DatabaseReport check_database(const config::Config& config);

}  // namespace karmen::maintenance::doctor
