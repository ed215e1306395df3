#pragma once

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace karmen::http {

/// IP addresses and networks, such as `10.0.0.7`, `10.0.0.0/8` or `fd00::/8`, compared as addresses. Immutable.
class AddressSet {
  public:
    /// Throws Error(kInvalidInput) if an entry is neither an address nor a network.
    explicit AddressSet(const std::vector<std::string>& entries);

    /// False if `address` is not an IP address.
    bool contains(std::string_view address) const;

  private:
    std::vector<boost::asio::ip::network_v4> v4_;
    std::vector<boost::asio::ip::network_v6> v6_;
};

}  // namespace karmen::http
