#pragma once

#include "domain/printer.hpp"
#include "printers/server_probe.hpp"
#include "runtime/awaitable.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace karmen::services {

/// Finds out for people what answers at an address, before they add a printer. Stores nothing. Loop only; owned by the
/// composition root.
class PrinterProbes {
  public:
    PrinterProbes(printers::ServerProbe& probe, std::size_t running_max) : probe_(probe), running_max_(running_max) {}

    struct Where {
        std::string host;  ///< an address as parse_printer_host() takes it; its protocol is `protocol`
        Protocol protocol = Protocol::kHttp;
        std::optional<std::string> api_key;
        std::string tls_fingerprint;
    };
    /// Throws Error(kOverloaded) if too many run already. That nothing answers is a result.
    Awaitable<printers::Probe> probe(Where where);

  private:
    printers::ServerProbe& probe_;
    std::size_t running_max_;
    std::size_t running_ = 0;
};

}  // namespace karmen::services
