#include "printers/printer_api.hpp"

#include "base/text.hpp"
#include "net/url.hpp"

namespace karmen::printers {

bool is_on_host(std::string_view url, std::string_view host) {
    const auto parts = net::parse_url(url);
    return parts && !parts->has_credentials && parts->host == to_lower(host.substr(0, host.find(':')));
}

}  // namespace karmen::printers
