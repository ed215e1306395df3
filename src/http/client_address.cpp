#include "http/client_address.hpp"

#include "base/text.hpp"

#include <boost/asio/ip/address.hpp>

namespace karmen::http {

namespace ip = boost::asio::ip;

namespace {

/// Without a port: `[address]:port`, or `v4:port`. A bare IPv6 address has two colons or more.
std::string_view without_port(std::string_view text) {
    if (text.starts_with('[')) return text.substr(1, text.find(']') == text.npos ? 0 : text.find(']') - 1);
    const std::size_t colon = text.find(':');
    return colon == text.rfind(':') ? text.substr(0, colon) : text;
}

/// Some proxies pad the numbers of an IPv4 address; all are decimal.
std::string without_padding(std::string_view v4) {
    std::string result;
    for (std::string_view part : split(v4, '.')) {
        while (part.size() > 1 && part.front() == '0') part.remove_prefix(1);
        result.append(result.empty() ? "" : ".").append(part);
    }
    return result;
}

}  // namespace

std::optional<std::string> canonical_address(std::string_view text) {
    const std::string_view bare = without_port(trim(text));
    const bool is_v4 = bare.find(':') == std::string_view::npos;
    boost::system::error_code error;
    const ip::address address = ip::make_address(is_v4 ? without_padding(bare) : std::string(bare), error);
    if (error) return std::nullopt;
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return ip::make_address_v4(ip::v4_mapped, address.to_v6()).to_string();
    return address.to_string();
}

}  // namespace karmen::http
