#include "maintenance/odd_printer_hosts.hpp"

#include "base/display.hpp"
#include "domain/printer_host.hpp"
#include "storage/tables/printer_repository.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <utility>

namespace karmen::maintenance {

std::vector<std::string> odd_printer_hosts(std::span<const Printer> printers) {
    std::vector<std::string> odd;
    std::map<std::pair<Protocol, std::string>, std::vector<std::string>> servers;
    for (const Printer& printer : printers) {
        const auto host = parse_printer_host(printer.host);
        if (host)
            servers[{printer.protocol, normalized_printer_host(*host, printer.protocol)}].push_back(printer.host);
        else
            odd.push_back(fmt::format("{} ({})", printable(printer.host), host.error()));
    }
    for (const auto& [server, hosts] : servers)
        if (hosts.size() > 1) odd.push_back(fmt::format("{}", fmt::join(hosts, " = ")));
    return odd;
}

std::string note_of_odd_printer_hosts(storage::Database& database) {
    const std::vector<std::string> odd = odd_printer_hosts(storage::PrinterRepository(database).all());
    if (odd.empty()) return {};
    return fmt::format(
        "These hosts of printers were kept, although they are malformed or lead to the same server: {}. Give the "
        "printers other hosts, or remove them\n",
        fmt::join(odd, ", "));
}

}  // namespace karmen::maintenance
