#include "base/display.hpp"
#include "cli/commands.hpp"
#include "maintenance/doctor/data_checks.hpp"
#include "maintenance/doctor/database_checks.hpp"
#include "maintenance/doctor/redis_checks.hpp"
#include "maintenance/doctor/system_checks.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>

namespace karmen::cli {

namespace {

using maintenance::doctor::Finding;
using maintenance::doctor::Findings;
using maintenance::doctor::Level;

Findings examine(const config::Config& config, const std::string& nginx_site) {
    Findings findings{maintenance::doctor::check_data_directory(config.data_dir)};
    std::optional<Timestamp> newest_row;
    std::error_code failure;
    if (std::filesystem::is_directory(config.data_dir, failure)) {
        maintenance::doctor::DatabaseReport database = maintenance::doctor::check_database(config);
        std::ranges::move(database.findings, std::back_inserter(findings));
        newest_row = database.newest_row;
        findings.push_back(maintenance::doctor::check_gcode_store(config));
        findings.push_back(maintenance::doctor::check_free_space(config));
    }
    findings.push_back(maintenance::doctor::check_signing_secret(config));
    findings.push_back(maintenance::doctor::check_clock(SystemClock().now(), maintenance::doctor::program_made(),
                                                        newest_row, maintenance::doctor::clock_synchronisation()));
    findings.push_back(maintenance::doctor::check_port(config));
    if (!config.redis.url.empty()) findings.push_back(maintenance::doctor::check_redis(config));
    if (!nginx_site.empty()) findings.push_back(maintenance::doctor::check_nginx(config, nginx_site));
    findings.push_back(
        maintenance::doctor::check_descriptors(maintenance::doctor::descriptor_limit(), config.http.connections_max));
    return findings;
}

std::string_view word_of(Level level) {
    switch (level) {
        case Level::kOk:
            return "ok";
        case Level::kWarning:
            return "warning";
        case Level::kError:
            return "error";
    }
    return "error";
}

int run(const config::Config& config, const std::string& nginx_site) {
    const Findings findings = examine(config, nginx_site);
    for (const Finding& finding : findings)
        fmt::print("{:<8} {:<15} {}\n", word_of(finding.level), finding.check, printable(finding.text));
    return std::ranges::any_of(findings, [](const Finding& finding) { return finding.level == Level::kError; }) ? 1 : 0;
}

}  // namespace

void add_doctor_command(CLI::App& program, Run& chosen) {
    CLI::App* doctor =
        program.add_subcommand("doctor", "Check data, configuration and machine, and say what to do; changes nothing");
    const auto nginx_site = std::make_shared<std::string>();
    doctor->add_option("--nginx", *nginx_site, "nginx's file of this site: does it find the same Redis?");
    doctor->fallthrough()->callback([&chosen, nginx_site] {
        chosen = [nginx_site](const config::Config& config) { return run(config, *nginx_site); };
    });
}

}  // namespace karmen::cli
