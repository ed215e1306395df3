#pragma once

#include "domain/printer.hpp"
#include "net/http_client.hpp"

/// Why a printer's server does not give the wanted answer, for people. Any thread.
namespace karmen::printers::octoprint {

/// For an exchange that got no answer, or an answer that is neither a success nor a denial.
PrinterStatus diagnosis_of(const net::HttpResult& result);

/// For a denial. `user` is the name from `/api/currentuser`; empty if it names nobody.
PrinterStatus diagnosis_of_denial(bool has_api_key, std::string_view user);

/// `/api/version` answered 200, but not as an OctoPrint.
PrinterStatus diagnosis_of_version(const ServerVersion& version);

}  // namespace karmen::printers::octoprint
