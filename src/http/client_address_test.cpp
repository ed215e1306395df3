#include "http/client_address.hpp"

#include <gtest/gtest.h>

namespace karmen::http {
namespace {

TEST(ClientAddress, HasOneSpelling) {
    for (const char* text : {"10.0.0.7", "10.0.0.7:5123", "010.000.0.007", "::ffff:10.0.0.7", "::FFFF:a00:7",
                             "[::ffff:10.0.0.7]:80", " 10.0.0.7 "})
        EXPECT_EQ(canonical_address(text), "10.0.0.7") << text;
    for (const char* text :
         {"2001:db8::1", "2001:DB8:0:0:0:0:0:1", "2001:0db8::0001", "[2001:db8::1]", "[2001:db8::0:1]:443"})
        EXPECT_EQ(canonical_address(text), "2001:db8::1") << text;
}

TEST(ClientAddress, IsNoneForWhatIsNoAddress) {
    for (const char* text : {"", "unknown", "10.0.0", "10.0.0.256", "_hidden", "[", "[]:1", ":", "10.0.0.7.8", "::g"})
        EXPECT_EQ(canonical_address(text), std::nullopt) << text;
}

}  // namespace
}  // namespace karmen::http
