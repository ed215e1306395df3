#pragma once

#include "domain/printer.hpp"
#include "net/http_client.hpp"

/// Why a printer's server does not tell what was asked, for people. Any thread.
namespace karmen::printers::octoprint {

/// Of an exchange that did not come to an answer, or of an answer that is neither a success nor a denial.
PrinterStatus diagnosis_of(const net::HttpResult& result);

/// A denial, where `user` is whom `/api/currentuser` names; empty: nobody.
PrinterStatus diagnosis_of_denial(bool has_api_key, std::string_view user);

/// `/api/version` answered 200, but not as an OctoPrint.
PrinterStatus diagnosis_of_version(const ServerVersion& version);

}  // namespace karmen::printers::octoprint
