#pragma once

#include "domain/printer.hpp"

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace karmen {

/// The address of a printer's server: an IPv4 address, an IPv6 address in brackets or a host name, then perhaps a port
/// and the path below which the server answers. As people write it: `192.168.1.20:5000`, `[fd00::7]`, `octopi.local`,
/// `http://farm.local/octoprint1`.
struct PrinterHost {
    std::optional<Protocol> protocol = std::nullopt;  ///< if the text begins with `http://` or `https://`
    std::string name;  ///< as in a URL: `192.168.1.20`, `[fd00::7]`, or a name in lower case
    std::optional<std::uint16_t> port = std::nullopt;
    std::string path =
        {};  ///< empty, or `/` and segments without `/` at the end; %XX only where needed (RFC 3986 §6.2.2)
    bool operator==(const PrinterHost&) const = default;

    bool is_ipv6() const { return name.starts_with('['); }
    /// Without the protocol: two addresses of one server are the same text, if both spell the default port out or not.
    std::string to_string() const;
};

inline constexpr std::size_t kPrinterHostBytesMax = 255;

/// Words that are, or will be, routes beside `/printers/{host}`, so no printer can have such a name.
inline constexpr std::array<std::string_view, 5> kReservedPrinterHosts{"actions", "appkey", "batch", "candidates",
                                                                       "probe"};

/// What is wrong with it is told as words that follow the member's name. `named`: the protocol that stands beside the
/// address; the result has it, and an address that begins with the other one is refused.
std::expected<PrinterHost, std::string> parse_printer_host(std::string_view text,
                                                           std::optional<Protocol> named = std::nullopt);

/// The address of a printer that is stored: also `127.0.0.1:`, as Karmen 0.0.13 accepted it. nullopt for other texts
/// that are no address.
std::optional<PrinterHost> stored_printer_host(std::string_view text);

/// The address as it is stored: without the protocol and its default port.
std::string normalized_printer_host(PrinterHost host, Protocol protocol);
/// The same for a text. One that is no address, such as a row of an old database may have, stays as it is.
std::string normalized_printer_host(std::string_view text, Protocol protocol);

/// With the port that the protocol has anyway, as rows of old databases may have it.
std::string spelled_out_printer_host(PrinterHost host, Protocol protocol);

}  // namespace karmen
