#include "http/address_set.hpp"

#include "base/error.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace karmen::http {

namespace ip = boost::asio::ip;

AddressSet::AddressSet(const std::vector<std::string>& entries) {
    for (const std::string& entry : entries) {
        const bool has_length = entry.find('/') != std::string::npos;
        const bool is_v6 = entry.find(':') != std::string::npos;
        boost::system::error_code error;
        if (is_v6)
            v6_.push_back(ip::make_network_v6(has_length ? entry : entry + "/128", error));
        else
            v4_.push_back(ip::make_network_v4(has_length ? entry : entry + "/32", error));
        if (error)
            throw Error(ErrorCode::kInvalidInput, PublicMessage{entry + " is no IP address and no network of them"});
    }
}

bool AddressSet::contains(std::string_view text) const {
    boost::system::error_code error;
    ip::address address = ip::make_address(std::string(text), error);
    if (error) return false;
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        address = ip::make_address_v4(ip::v4_mapped, address.to_v6());
    const auto holds = [](const auto& network, const auto& one) {
        return std::decay_t<decltype(network)>(one, network.prefix_length()).canonical() == network.canonical();
    };
    if (address.is_v4())
        return std::ranges::any_of(v4_, [&](const auto& network) { return holds(network, address.to_v4()); });
    return std::ranges::any_of(v6_, [&](const auto& network) { return holds(network, address.to_v6()); });
}

}  // namespace karmen::http
