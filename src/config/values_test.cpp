#include "config/values.hpp"

#include <gtest/gtest.h>

#include <array>

namespace karmen::config {
namespace {

using std::chrono::milliseconds;

TEST(Values, HostsAndNetworks) {
    for (const char* text : {"cam.example.org", "octopi", "Octopi.local", "10.0.0.7", "10.0.0.0/8", "fd00::/8", "c_1"})
        EXPECT_TRUE(is_host_or_network(text)) << text;
    for (const char* text : {"", "10.0.0", "10.0.0.0/33", "http://cam", "cam:80", "*.example.org", "a b", "cam/"})
        EXPECT_FALSE(is_host_or_network(text)) << text;
}

TEST(Values, ReadsAndWritesDurations) {
    const std::pair<const char*, milliseconds> examples[] = {
        {"0s", milliseconds(0)},          {"500ms", milliseconds(500)},  {"1500ms", milliseconds(1500)},
        {"2s", milliseconds(2000)},       {"75s", milliseconds(75'000)}, {"15m", milliseconds(900'000)},
        {"5h", milliseconds(18'000'000)}, {"30d", std::chrono::days(30)}};
    for (const auto& [text, duration] : examples) {
        EXPECT_EQ(parse_duration(text), duration) << text;
        EXPECT_EQ(format_duration(duration), text);
    }
    EXPECT_EQ(parse_duration("60s"), std::chrono::minutes(1));
    for (const char* text : {"", "s", "2", "-2s", "+2s", "2 s", " 2s", "2s ", "1.5s", "2S", "2sec",
                             "99999999999999999999s", "9223372036854775807d"})
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(Values, ReadsAndWritesSizes) {
    const std::pair<const char*, Bytes> examples[] = {{"0", 0},       {"1000", 1000},
                                                      {"1KiB", 1024}, {"16KiB", 16 * kKiB},
                                                      {"1MiB", kMiB}, {"1536KiB", kMiB + 512 * kKiB},
                                                      {"1GiB", kGiB}, {"2TiB", 2048 * kGiB}};
    for (const auto& [text, size] : examples) {
        EXPECT_EQ(parse_size(text), size) << text;
        EXPECT_EQ(format_size(size), text);
    }
    for (const char* text :
         {"", "KiB", "-1", "1kB", "1 KiB", "1KB", "1.5MiB", "9223372036854775807KiB", "18446744073709551616"})
        EXPECT_EQ(parse_size(text), std::nullopt) << text;
}

TEST(Values, KnowsAddressesAndNetworks) {
    for (const char* text : {"127.0.0.1", "0.0.0.0", "::1", "fe80::1"}) {
        EXPECT_TRUE(is_ip_address(text)) << text;
        EXPECT_TRUE(is_ip_network(text)) << text;
    }
    for (const char* text : {"", "localhost", "127.1", "256.0.0.1", "127.0.0.1 ", "127.0.0.1:80", "[::1]"})
        EXPECT_FALSE(is_ip_address(text)) << text;
    EXPECT_FALSE(is_ip_address(std::string_view("127.0.0.1\0x", 11)));
    for (const char* text : {"10.0.0.0/8", "0.0.0.0/0", "fd00::/8", "::1/128"})
        EXPECT_TRUE(is_ip_network(text)) << text;
    for (const char* text : {"10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "fd00::/129", "/8"})
        EXPECT_FALSE(is_ip_network(text)) << text;
}

TEST(Values, KnowsOrigins) {
    for (const char* text : {"*", "http://localhost:3000", "https://karmen.example"})
        EXPECT_TRUE(is_origin(text)) << text;
    for (const char* text :
         {"", "karmen.example", "https://", "https://a/", "https://a b", "ftp://a", "https://a\r\nX: y", "https://*"})
        EXPECT_FALSE(is_origin(text)) << text;
}

TEST(Values, CountsEdits) {
    EXPECT_EQ(edit_distance("", "abc"), 3U);
    EXPECT_EQ(edit_distance("port", "port"), 0U);
    EXPECT_EQ(edit_distance("prot", "port"), 1U) << "two neighbours swapped";
    EXPECT_EQ(edit_distance("pot", "port"), 1U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Values, SuggestsOnlyWhatIsNear) {
    constexpr std::array<std::string_view, 2> known{"http.port", "http.address"};
    EXPECT_EQ(nearest("http.prot", known), "http.port");
    EXPECT_EQ(nearest("http.adress", known), "http.address");
    EXPECT_EQ(nearest("webcam.quality", known), "");
}

}  // namespace
}  // namespace karmen::config
