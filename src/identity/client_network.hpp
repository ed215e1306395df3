#pragma once

#include <string>

namespace karmen::identity {

/// The network by which log-ins from this address are counted: an IPv4 address itself, or the /64 network of an IPv6
/// address (`2001:db8:0:1::/64`), because a client with one of its addresses has all of them. A text that is not an
/// address is returned as it is.
std::string client_network(const std::string& address);

}  // namespace karmen::identity
