#include "printers/printer_request.hpp"

#include <fmt/format.h>

namespace karmen::printers {

net::HttpRequest request_to(const PrinterAddress& address, std::string_view path) {
    net::HttpRequest request;
    request.url = fmt::format("{}://{}{}", to_string(address.protocol), address.host, path);
    if (address.api_key && !address.api_key->empty()) request.headers.emplace_back("X-Api-Key", *address.api_key);
    request.tls_fingerprint = address.tls_fingerprint;
    return request;
}

}  // namespace karmen::printers
