#include "printers/printer_api.hpp"

#include "domain/printer_host.hpp"
#include "net/url.hpp"

namespace karmen::printers {

std::string host_name_of(std::string_view host) {
    auto parsed = stored_printer_host(host);
    return parsed ? std::move(parsed->name) : std::string();
}

bool is_on_host(std::string_view url, std::string_view host) {
    const auto parts = net::parse_url(url);
    const std::string own = host_name_of(host);
    return parts && !parts->has_credentials && !own.empty() &&
           parse_printer_host(parts->host).value_or(PrinterHost{}).name == own;
}

}  // namespace karmen::printers
