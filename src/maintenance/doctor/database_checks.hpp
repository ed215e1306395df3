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

/// Checks that the database is sound, its schema, its administrators, and whether rows and files of G-code match. Only
/// reads, also while a server uses it; creates nothing. Any thread, blocks.
DatabaseReport check_database(const config::Config& config);

}  // namespace karmen::maintenance::doctor
