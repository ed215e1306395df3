#pragma once

#include "net/http_message.hpp"
#include "printers/printer_api.hpp"

#include <string_view>

namespace karmen::printers {

/// A question for the server of a printer, of any dialect: with the key of the address if it has one, and only to the
/// server with its certificate. The caller sets the limits of time and size.
net::HttpRequest request_to(const PrinterAddress& address, std::string_view path);

}  // namespace karmen::printers
