#include "http/address_set.hpp"

#include "base/error.hpp"

#include <gtest/gtest.h>

namespace karmen::http {
namespace {

TEST(AddressSet, HoldsAddressesAndNetworks) {
    const AddressSet set({"127.0.0.1", "10.1.2.3/8", "fd00::/8", "::1"});
    for (const char* address :
         {"127.0.0.1", "10.0.0.0", "10.255.255.255", "fdff::1", "::1", "0:0:0:0:0:0:0:1", "::ffff:10.1.1.1"})
        EXPECT_TRUE(set.contains(address)) << address;
    for (const char* address : {"127.0.0.2", "11.0.0.1", "fe80::1", "::2", "", "10.0.0", "unknown", "10.0.0.1:80"})
        EXPECT_FALSE(set.contains(address)) << address;
    EXPECT_FALSE(AddressSet({}).contains("127.0.0.1"));
}

TEST(AddressSet, RefusesWhatIsNeither) {
    for (const char* entry : {"localhost", "10.0.0.0/33", "10.0.0", "fd00::/129", ""})
        EXPECT_THROW(AddressSet({entry}), Error) << entry;
}

}  // namespace
}  // namespace karmen::http
