#include "identity/client_network.hpp"

#include <gtest/gtest.h>

namespace karmen::identity {
namespace {

TEST(ClientNetwork, OfIpv4IsTheAddress) {
    EXPECT_EQ(client_network("10.0.0.7"), "10.0.0.7");
    EXPECT_NE(client_network("10.0.0.7"), client_network("10.0.0.8"));
}

TEST(ClientNetwork, OfIpv6IsTheFirstHalf) {
    EXPECT_EQ(client_network("2001:db8:0:1::5"), "2001:db8:0:1::/64");
    EXPECT_EQ(client_network("2001:db8:0:1:ffff:ffff:ffff:ffff"), "2001:db8:0:1::/64");
    EXPECT_EQ(client_network("2001:db8:0:2::5"), "2001:db8:0:2::/64");
    EXPECT_EQ(client_network("::1"), "::/64");
    EXPECT_EQ(client_network("fe80::5%1"), client_network("fe80::6%1"));
}

TEST(ClientNetwork, OfWhatIsNoAddressIsTheSame) {
    EXPECT_EQ(client_network(""), "");
    EXPECT_EQ(client_network("unknown"), "unknown");
}

}  // namespace
}  // namespace karmen::identity
