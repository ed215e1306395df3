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

/// The hosts where cameras may be: the printer's own, and those that the administrator has allowed. A printer's answer
/// about its webcam is untrusted, and must not make Karmen call any other host. Immutable.
class CameraHosts {
  public:
    /// Names are compared as they are written. Addresses and networks are compared with addresses only: no name is
    /// resolved to find out whether it is in a network. Throws Error(kInvalidInput) for a malformed network.
    explicit CameraHosts(const std::vector<std::string>& allowed = {});

    /// The address of the camera at the absolute `url` that the printer gave, or the reason why it cannot be shown, as
    /// a sentence without user and password. Names of the printer itself (`localhost`) are replaced by its address, so
    /// that they never mean Karmen's machine.
    std::expected<CameraAddress, std::string> locate(std::string_view url, const PrinterAddress& printer) const;

    /// Checked again before each connection, because addresses come through Redis, too.
    bool may_connect(std::string_view url, std::string_view printer_host) const;

  private:
    bool is_allowed(std::string_view host) const;

    std::set<std::string, std::less<>> names_;
    http::AddressSet networks_;
};

}  // namespace karmen::printers
