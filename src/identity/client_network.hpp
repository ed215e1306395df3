#pragma once

#include <string>

namespace karmen::identity {

/// What log-ins from this address are counted by: an IPv4 address itself, of an IPv6 address its /64 network
/// (`2001:db8:0:1::/64`), since whoever has one of its addresses has all of them. What is no address stays as it is.
std::string client_network(const std::string& address);

}  // namespace karmen::identity
