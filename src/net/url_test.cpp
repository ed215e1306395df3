#include "net/url.hpp"

#include <gtest/gtest.h>

namespace karmen::net {
namespace {

TEST(Url, TellsWhereAConnectionWouldGo) {
    EXPECT_EQ(parse_url("http://192.168.1.2/x?y"), (UrlParts{"http", "192.168.1.2", 80, false}));
    EXPECT_EQ(parse_url("https://192.168.1.2:8443"), (UrlParts{"https", "192.168.1.2", 8443, false}));
    EXPECT_EQ(parse_url("HTTP://Printer.Local/"), (UrlParts{"http", "printer.local", 80, false}));
    EXPECT_EQ(parse_url("http://0x7f.1/"), (UrlParts{"http", "127.0.0.1", 80, false}));
}

TEST(Url, SeesWhatIsMadeToLookLikeAnotherHost) {
    EXPECT_EQ(parse_url("http://192.168.1.2@10.0.0.1/"), (UrlParts{"http", "10.0.0.1", 80, true}));
    EXPECT_EQ(parse_url("http://192.168.1.2:80@10.0.0.1/"), (UrlParts{"http", "10.0.0.1", 80, true}));
    const auto backslash = parse_url("http://10.0.0.1\\@192.168.1.2/");
    EXPECT_TRUE(!backslash || backslash->has_credentials || backslash->host != "192.168.1.2");
}

TEST(Url, AnIpv6AddressHasItsShortestFormAndNoZone) {
    EXPECT_EQ(parse_url("http://[::1]:5000/x"), (UrlParts{"http", "[::1]", 5000, false}));
    EXPECT_EQ(parse_url("http://[2001:DB8:0:0::1]/"), (UrlParts{"http", "[2001:db8::1]", 80, false}));
    for (const char* url : {"http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[::1/", "http://::1/"})
        EXPECT_EQ(parse_url(url), std::nullopt) << url;
}

TEST(Url, RefusesWhatIsNotAnAbsoluteHttpUrl) {
    for (const char* url : {"", "/path", "//10.0.0.1/", "10.0.0.1", "file:///etc/passwd", "ftp://10.0.0.1/",
                            "gopher://10.0.0.1/", "http://", "http://10.0.0.1:0/", "http://10.0.0.1:65536/",
                            "http://10.0.0.1/ x", "http://10.0.0.1/\r\nX: y", "javascript:alert(1)"})
        EXPECT_EQ(parse_url(url), std::nullopt) << url;
    EXPECT_EQ(parse_url(std::string_view("http://10.0.0.1/\0x", 18)), std::nullopt);
}

}  // namespace
}  // namespace karmen::net
