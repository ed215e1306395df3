#include "identity/client_network.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace karmen::identity {

namespace ip = boost::asio::ip;

std::string client_network(const std::string& address) {
    boost::system::error_code error;
    const ip::address parsed = ip::make_address(address, error);
    if (error || parsed.is_v4()) return address;
    // The scope of a link-local address (`fe80::1%eth0`) is not part of its network.
    const ip::address_v6 unscoped(parsed.to_v6().to_bytes());
    return ip::make_network_v6(unscoped, 64).canonical().to_string();
}

}  // namespace karmen::identity
