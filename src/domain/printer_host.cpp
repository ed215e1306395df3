#include "domain/printer_host.hpp"

#include "base/percent.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>

namespace karmen {

namespace {

using Problem = std::unexpected<std::string>;

constexpr std::size_t kLabelBytesMax = 63;  // RFC 1035 section 2.3.4
constexpr std::size_t kNameBytesMax = 253;  // the same, as text without a dot at the end

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_letter_or_digit(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// A decimal number without sign and, but for `0` itself, without leading zeros: `010` is octal to some resolvers.
bool is_number_in(std::string_view text, std::int64_t min, std::int64_t max) {
    if (text.empty() || text.size() > 5 || (text.size() > 1 && text.front() == '0')) return false;
    if (!std::ranges::all_of(text, is_digit)) return false;
    const auto value = parse_int(text);
    return value && *value >= min && *value <= max;
}

bool is_ipv4(std::string_view text) {
    const auto octets = split(text, '.');
    return octets.size() == 4 && std::ranges::all_of(octets, [](auto octet) { return is_number_in(octet, 0, 255); });
}

/// Libraries take `127.1`, `0x7f.1` and `2130706433` for IPv4 addresses, so none of these is a name (URL Standard,
/// "ends in a number").
bool ends_in_a_number(std::string_view name) {
    const std::string_view last = name.substr(name.rfind('.') + 1);
    return std::ranges::all_of(last, is_digit) ||
           (starts_with_ignoring_case(last, "0x") &&
            std::ranges::all_of(last.substr(2), [](char c) { return hex_value(c) >= 0; }));
}

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= kLabelBytesMax && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_'; });
}

std::expected<std::string, std::string> read_ipv6(std::string_view brackets) {
    const std::string text(brackets.substr(1, brackets.size() - 2));
    if (text.find('%') != std::string::npos) return Problem("must be an IPv6 address without a zone");
    in6_addr address{};
    if (text.find('\0') != std::string::npos || inet_pton(AF_INET6, text.c_str(), &address) != 1)
        return Problem("must have an IPv6 address in its brackets");
    std::array<char, INET6_ADDRSTRLEN> shortest{};
    if (IN6_IS_ADDR_V4MAPPED(&address)) {
        // The same server as the IPv4 address.
        constexpr std::size_t kIpv4At = 12;
        inet_ntop(AF_INET, &address.s6_addr[kIpv4At], shortest.data(), shortest.size());
        return shortest.data();
    }
    inet_ntop(AF_INET6, &address, shortest.data(), shortest.size());
    return fmt::format("[{}]", shortest.data());
}

std::expected<std::string, std::string> read_name(std::string_view text) {
    if (text.empty()) return Problem("must name a host");
    if (!std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
        return Problem("must be in ASCII: international names begin with xn--");
    if (is_ipv4(text)) return std::string(text);
    if (ends_in_a_number(text)) return Problem("must have an IPv4 address of four numbers from 0 to 255");
    if (text.ends_with('.')) return Problem("must have no dot at the end of its name");
    if (text.size() > kNameBytesMax || !std::ranges::all_of(split(text, '.'), is_label))
        return Problem(
            "must be an IP address or a host name, perhaps with a port and a path, such as "
            "192.168.1.20:5000 or farm.local/octoprint1");
    std::string name = to_lower(text);
    if (std::ranges::find(kReservedPrinterHosts, name) != kReservedPrinterHosts.end())
        return Problem("is a word that this server uses itself");
    if (Uuid::parse(name)) return Problem("must not look like the id of a printer");
    return name;
}

/// Unreserved characters as they are, the others in capitals; nullopt if it is no segment of a path (RFC 3986 §3.3).
std::optional<std::string> read_segment(std::string_view text) {
    constexpr std::string_view kPlain = "!$&'()*+,;=:@";
    std::string segment;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_escaped = text[i] == '%';
        const int byte = is_escaped ? percent_encoded_byte(text.substr(i)) : static_cast<unsigned char>(text[i]);
        if (byte < 0x20 || byte == 0x7f) return std::nullopt;
        const char c = static_cast<char>(byte);
        if (!is_escaped && !is_unreserved(c) && !kPlain.contains(c)) return std::nullopt;
        segment += is_escaped ? percent_encoded(std::string_view(&c, 1)) : std::string(1, c);
        if (is_escaped) i += 2;
    }
    if (segment.empty() || segment == "." || segment == "..") return std::nullopt;
    return segment;
}

std::expected<std::string, std::string> read_path(std::string_view text) {
    if (text.ends_with('/')) text.remove_suffix(1);
    std::string path;
    if (text.empty()) return path;
    for (const std::string_view part : split(text.substr(1), '/')) {
        const auto segment = read_segment(part);
        if (!segment)
            return Problem("must have a path without empty parts, dots and blanks, such as farm.local/octoprint1");
        path += "/" + *segment;
    }
    return path;
}

std::optional<Protocol> take_protocol(std::string_view& text) {
    for (const Protocol protocol : {Protocol::kHttp, Protocol::kHttps}) {
        const std::string scheme = std::string(to_string(protocol)) + "://";
        if (!starts_with_ignoring_case(text, scheme)) continue;
        text.remove_prefix(scheme.size());
        return protocol;
    }
    return std::nullopt;
}

std::uint16_t default_port(Protocol protocol) {
    return protocol == Protocol::kHttps ? 443 : 80;
}

}  // namespace

std::string PrinterHost::to_string() const {
    return port ? fmt::format("{}:{}{}", name, *port, path) : name + path;
}

std::expected<PrinterHost, std::string> parse_printer_host(std::string_view text, std::optional<Protocol> named) {
    PrinterHost host{.protocol = take_protocol(text), .name = {}};
    if (host.protocol && named && host.protocol != named)
        return Problem("must not begin with another protocol than `protocol` says");
    if (named) host.protocol = named;
    if (text.size() > kPrinterHostBytesMax) return Problem("must not be longer than 255 characters");
    if (text.find("://") != std::string_view::npos) return Problem("must be an address by http or https");
    if (text.find_first_of("?#") != std::string_view::npos) return Problem("must have no query and no fragment");
    const std::size_t slash = std::min(text.find('/'), text.size());
    std::string_view authority = text.substr(0, slash);
    if (authority.find('@') != std::string_view::npos) return Problem("must have no user and no password");

    const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : std::string_view::npos;
    if (bracket == std::string_view::npos && std::ranges::count(authority, ':') > 1)
        return Problem("must have an IPv6 address in brackets, such as [fd00::7]:5000");
    const std::size_t name_end =
        bracket == std::string_view::npos ? std::min(authority.find(':'), authority.size()) : bracket + 1;
    const std::string_view port = authority.substr(name_end);
    if (!port.empty() && (port.front() != ':' || !is_number_in(port.substr(1), 1, 65535)))
        return Problem("must have a port from 1 to 65535");
    if (!port.empty()) host.port = static_cast<std::uint16_t>(*parse_int(port.substr(1)));

    const std::string_view name = authority.substr(0, name_end);
    auto read = bracket == std::string_view::npos ? read_name(name) : read_ipv6(name);
    if (!read) return Problem(std::move(read).error());
    host.name = std::move(*read);
    auto path = read_path(text.substr(slash));
    if (!path) return Problem(std::move(path).error());
    host.path = std::move(*path);
    if (host.to_string().size() > kPrinterHostBytesMax) return Problem("must not be longer than 255 characters");
    return host;
}

std::optional<PrinterHost> stored_printer_host(std::string_view text) {
    auto host = parse_printer_host(text);
    if (!host && text.ends_with(':')) {
        host = parse_printer_host(text.substr(0, text.size() - 1));
        if (host && host->port) return std::nullopt;
    }
    return host ? std::optional(std::move(*host)) : std::nullopt;
}

std::string normalized_printer_host(PrinterHost host, Protocol protocol) {
    if (host.port == default_port(protocol)) host.port.reset();
    return host.to_string();
}

std::string normalized_printer_host(std::string_view text, Protocol protocol) {
    auto host = parse_printer_host(text);
    return host ? normalized_printer_host(std::move(*host), protocol) : std::string(text);
}

std::string spelled_out_printer_host(PrinterHost host, Protocol protocol) {
    if (!host.port) host.port = default_port(protocol);
    return host.to_string();
}

}  // namespace karmen
