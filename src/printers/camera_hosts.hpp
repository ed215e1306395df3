#pragma once

#include "domain/printer.hpp"
#include "http/address_set.hpp"
#include "printers/printer_api.hpp"

#include <expected>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace karmen::printers {

/// Which hosts cameras may be on: the printer's own, and what the administrator has allowed. What a printer says of its
/// webcam is data from a stranger, and must not make Karmen call anybody else. Immutable.
class CameraHosts {
  public:
    /// Names, compared as they are written; addresses and networks, compared with addresses only: no name is looked up
    /// to find out whether it is in a network. Throws Error(kInvalidInput) for a network that is none.
    explicit CameraHosts(const std::vector<std::string>& allowed = {});

    /// Where the camera is that the printer calls `url` (absolute), or why it cannot be shown, in a sentence without
    /// user and password. The printer's own names become its address: what such a name means on Karmen's machine does
    /// not matter.
    std::expected<CameraAddress, std::string> locate(std::string_view url, const PrinterAddress& printer) const;

    /// Asked again before each connection: addresses come through Redis, too.
    bool may_connect(std::string_view url, std::string_view printer_host) const;

  private:
    bool is_allowed(std::string_view host) const;

    std::set<std::string, std::less<>> names_;
    http::AddressSet networks_;
};

}  // namespace karmen::printers
