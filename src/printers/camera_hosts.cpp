#include "printers/camera_hosts.hpp"

#include "base/text.hpp"
#include "net/url.hpp"

#include <boost/asio/ip/host_name.hpp>
#include <fmt/format.h>

#include <optional>

namespace karmen::printers {

namespace {

constexpr std::string_view kMdnsDomain = ".local";

/// `octopi` and `octopi.local` are the same machine, in any letter case, also with a dot at the end.
std::string bare_name(std::string_view name) {
    std::string result = to_lower(name);
    if (result.ends_with('.')) result.pop_back();
    if (result.ends_with(kMdnsDomain)) result.resize(result.size() - kMdnsDomain.size());
    return result;
}

/// `own`: the name or address by which Karmen calls the printer.
bool is_own_name(std::string_view name, std::string_view own, const PrinterAddress& printer) {
    // Names by which a printer means itself.
    if (name == "localhost" || name == "127.0.0.1" || name == "[::1]" || name == own) return true;
    const std::string bare = bare_name(name);
    if (bare == bare_name(own)) return true;
    if (!printer.hostname.empty() && bare == bare_name(printer.hostname)) return true;
    // A printer on this machine has this machine's name.
    const bool is_here = own.starts_with("127.") || own == "[::1]" || own == "localhost";
    boost::system::error_code error;
    return is_here && bare == bare_name(boost::asio::ip::host_name(error)) && !error;
}

/// There is no rule such as `.example.org` for all names below it, because there are few names.
bool is_network(const std::string& entry) {
    return entry.find(':') != std::string::npos || entry.find_first_not_of("0123456789./") == std::string::npos;
}

template <class Accepts>
std::vector<std::string> those(const std::vector<std::string>& entries, Accepts accepts) {
    std::vector<std::string> result;
    for (const std::string& entry : entries)
        if (accepts(entry)) result.push_back(to_lower(entry));
    return result;
}

}  // namespace

CameraHosts::CameraHosts(const std::vector<std::string>& allowed) : networks_(those(allowed, is_network)) {
    const auto names = those(allowed, [](const std::string& entry) { return !is_network(entry); });
    names_.insert(names.begin(), names.end());
}

std::expected<CameraAddress, std::string> CameraHosts::locate(std::string_view url,
                                                              const PrinterAddress& printer) const {
    const auto split = net::split_credentials(url);
    if (!split) return std::unexpected("The printer gives no http or https address that Karmen can use for its webcam");
    const bool has_credentials = !split->user.empty() || !split->password.empty();
    CameraAddress address{.url = has_credentials ? split->url : std::string(url)};
    if (has_credentials) address.credentials = Credentials{.user = split->user, .password = split->password};
    const std::string host = net::parse_url(url)->host;
    const std::string own = host_name_of(printer.host);
    if (!own.empty() && is_own_name(host, own, printer)) {
        address.tls_fingerprint = printer.tls_fingerprint;
        if (host == own) return address;
        if (auto moved = net::with_host(address.url, own)) {
            address.url = std::move(*moved);
            return address;
        }
    }
    if (is_allowed(host)) return address;
    return std::unexpected(
        fmt::format("The webcam is on another host, {}, which webcam.allowed_hosts does not name", host));
}

bool CameraHosts::may_connect(std::string_view url, std::string_view printer_host) const {
    const auto parts = net::parse_url(url);
    return parts && !parts->has_credentials && (is_on_host(url, printer_host) || is_allowed(parts->host));
}

bool CameraHosts::is_allowed(std::string_view host) const {
    if (names_.contains(host)) return true;
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return networks_.contains(host);
}

}  // namespace karmen::printers
