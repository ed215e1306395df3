#include "domain/printer_host.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace karmen {
namespace {

/// What is stored for a printer by http; `! ` and the reason if it is refused.
std::string stored(std::string_view text, Protocol protocol = Protocol::kHttp) {
    const auto host = parse_printer_host(text, protocol);
    return host ? normalized_printer_host(*host, protocol) : "! " + host.error();
}

TEST(PrinterHost, HasOneSpelling) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"127.0.0.1", "127.0.0.1"},
        {"0.0.0.0", "0.0.0.0"},
        {"255.255.255.255:65535", "255.255.255.255:65535"},
        {"127.0.0.1:80", "127.0.0.1"},
        {"127.0.0.1:443", "127.0.0.1:443"},
        {"http://127.0.0.1:8080/", "127.0.0.1:8080"},
        {"HTTP://Octopi.Local", "octopi.local"},
        {"octopi", "octopi"},
        {"localhost:5000", "localhost:5000"},
        {"my_printer-2.example.org", "my_printer-2.example.org"},
        {"xn--drucker-mnchen-psb.example", "xn--drucker-mnchen-psb.example"},
        {"3d-printer", "3d-printer"},
        {"a.0xg", "a.0xg"},
        {"[::1]", "[::1]"},
        {"[::1]:5000", "[::1]:5000"},
        {"[::1]:80", "[::1]"},
        {"[2001:DB8:0:0:0:0:0:1]", "[2001:db8::1]"},
        {"[2001:db8::0001]", "[2001:db8::1]"},
        {"[::ffff:10.0.0.1]:5000", "10.0.0.1:5000"},
        {"farm.local/octoprint1", "farm.local/octoprint1"},
        {"http://farm.local/octoprint1/", "farm.local/octoprint1"},
        {"farm.local:80/octoprint1", "farm.local/octoprint1"},
        {"farm.local:8080/Prusa/MK3", "farm.local:8080/Prusa/MK3"},
        {"[fd00::7]/a", "[fd00::7]/a"},
        {"farm.local/%41%2d%7e%c3%a9", "farm.local/A-~%C3%A9"},
        {"farm.local/a%2fb%20c:@!$&'()*+,;=", "farm.local/a%2Fb%20c:@!$&'()*+,;="},
        {std::string(63, 'a'), std::string(63, 'a')},
        {"a/" + std::string(253, 'b'), "a/" + std::string(253, 'b')},
    };
    for (const auto& [text, normal] : cases) {
        EXPECT_EQ(stored(text), normal) << text;
        EXPECT_EQ(stored(normal), normal) << "what is stored is read back as itself";
    }
}

TEST(PrinterHost, TheDefaultPortIsThatOfTheProtocol) {
    EXPECT_EQ(stored("127.0.0.1:443", Protocol::kHttps), "127.0.0.1");
    EXPECT_EQ(stored("127.0.0.1:80", Protocol::kHttps), "127.0.0.1:80");
    EXPECT_EQ(stored("https://farm.local:443/a", Protocol::kHttps), "farm.local/a");
    const PrinterHost plain = parse_printer_host("farm.local/a").value();
    EXPECT_EQ(spelled_out_printer_host(plain, Protocol::kHttps), "farm.local:443/a");
    EXPECT_EQ(spelled_out_printer_host(plain, Protocol::kHttp), "farm.local:80/a");
    EXPECT_EQ(spelled_out_printer_host(parse_printer_host("a:5000").value(), Protocol::kHttp), "a:5000");
}

TEST(PrinterHost, RefusesWhatIsNoneOrHasTwoMeanings) {
    for (const std::string& text : std::vector<std::string>{"",
                                                            "/",
                                                            "http://",
                                                            "http:///a",
                                                            ":80",
                                                            "1.2.3",
                                                            "1.2.3.4.5",
                                                            "256.1.1.1",
                                                            "999.1.1.1",
                                                            "1.2.3.4:",
                                                            "1.2.3.4:0",
                                                            "1.2.3.4:65536",
                                                            "1.2.3.4:080",
                                                            "1.2.3.4:+80",
                                                            "1.2.3.4:-1",
                                                            "1.2.3.4:8o",
                                                            "1.2.3.4:80:80",
                                                            "1.2.3.4\n",
                                                            " 1.2.3.4",
                                                            "1.2.3.4 ",
                                                            "01.2.3.4",
                                                            "1.2.3.+4",
                                                            "1..3.4",
                                                            "0x7f.0.0.1",
                                                            "0x7f.1",
                                                            "127.1",
                                                            "2130706433",
                                                            "0x7f000001",
                                                            "printer.0x1f",
                                                            "printer.7",
                                                            "user@1.2.3.4",
                                                            "user:pw@1.2.3.4:80",
                                                            "1.2.3.4?x",
                                                            "1.2.3.4#x",
                                                            "farm.local/a?b",
                                                            "farm.local/#temp",
                                                            "ftp://1.2.3.4",
                                                            "http://http://1.2.3.4",
                                                            "file:///etc",
                                                            "::1",
                                                            "fd00::7",
                                                            "[::1",
                                                            "::1]",
                                                            "[]",
                                                            "[::1]5000",
                                                            "[::1]:",
                                                            "[1.2.3.4]",
                                                            "[fe80::1%eth0]",
                                                            "[fe80::1%25eth0]",
                                                            "[::g]",
                                                            "[::1]]",
                                                            "octopi.local.",
                                                            ".octopi",
                                                            "a..b",
                                                            "-a",
                                                            "a-",
                                                            "a b",
                                                            "a,b",
                                                            "a*",
                                                            "a\\b",
                                                            "a|b",
                                                            "\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x97.0.0.1",
                                                            "dr\xC3\xBC\x63ker.local",
                                                            std::string(64, 'a'),
                                                            std::string("a\0b", 3),
                                                            "farm.local/a//b",
                                                            "farm.local//a",
                                                            "farm.local/a//",
                                                            "farm.local/.",
                                                            "farm.local/../a",
                                                            "farm.local/a/%2e%2E",
                                                            "farm.local/a b",
                                                            "farm.local/%",
                                                            "farm.local/%2",
                                                            "farm.local/%zz",
                                                            "farm.local/%00",
                                                            "farm.local/%0a",
                                                            "farm.local/a%7f",
                                                            "farm.local/\xC3\xA9",
                                                            "farm.local/a\"b",
                                                            "farm.local/a\\b",
                                                            "farm.local/a\n",
                                                            "a/" + std::string(254, 'b'),
                                                            "a.b/" + std::string(500, 'c'),
                                                            "candidates",
                                                            "Probe",
                                                            "http://batch/",
                                                            "actions:5000",
                                                            "550e8400-e29b-41d4-a716-446655440000",
                                                            "550E8400E29B41D4A716446655440000:5000"})
        EXPECT_EQ(stored(text).substr(0, 1), "!") << text;
}

TEST(PrinterHost, SaysWhatIsWrong) {
    EXPECT_EQ(stored("fd00::7"), "! must have an IPv6 address in brackets, such as [fd00::7]:5000");
    EXPECT_EQ(stored("[fe80::1%25eth0]"), "! must be an IPv6 address without a zone");
    EXPECT_EQ(stored("dr\xC3\xBC\x63ker.local"), "! must be in ASCII: international names begin with xn--");
    EXPECT_EQ(stored("a:0"), "! must have a port from 1 to 65535");
    EXPECT_EQ(stored("batch"), "! is a word that this server uses itself");
    EXPECT_EQ(stored("ftp://a"), "! must be an address by http or https");
}

TEST(PrinterHost, MayNameTheProtocol) {
    EXPECT_EQ(parse_printer_host("https://farm.local")->protocol, Protocol::kHttps);
    EXPECT_EQ(parse_printer_host("farm.local")->protocol, std::nullopt);
    EXPECT_EQ(parse_printer_host("farm.local", Protocol::kHttps)->protocol, Protocol::kHttps);
    EXPECT_EQ(parse_printer_host("https://farm.local", Protocol::kHttps)->name, "farm.local");
    EXPECT_EQ(stored("https://farm.local", Protocol::kHttp),
              "! must not begin with another protocol than `protocol` says");
}

TEST(PrinterHost, WhatIsNoAddressStaysAsItIs) {
    EXPECT_EQ(normalized_printer_host(std::string_view("999.1.1.1"), Protocol::kHttp), "999.1.1.1");
    EXPECT_EQ(normalized_printer_host(std::string_view("127.0.0.1:"), Protocol::kHttp), "127.0.0.1:");
    EXPECT_EQ(normalized_printer_host(std::string_view("Farm.local:80"), Protocol::kHttp), "farm.local");
}

TEST(PrinterHost, ReadsWhatOldDatabasesHave) {
    EXPECT_EQ(stored_printer_host("127.0.0.1:")->name, "127.0.0.1");
    EXPECT_EQ(stored_printer_host("127.0.0.1:80")->port, 80);
    for (const char* text : {"", ":", "999.1.1.1", "999.1.1.1:", "127.0.0.1::", "127.0.0.1:80:", "127.0.0.1:8090\n"})
        EXPECT_EQ(stored_printer_host(text), std::nullopt) << text;
}

TEST(PrinterHost, EveryCutOfAnAddressIsReadOrRefused) {
    const std::string whole = "https://[2001:db8::1]:5000/octoprint%20one/two";
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        const auto host = parse_printer_host(std::string_view(whole).substr(0, length));
        if (!host) continue;
        const std::string text = host->to_string();
        EXPECT_EQ(parse_printer_host(text)->to_string(), text) << whole.substr(0, length);
    }
}

}  // namespace
}  // namespace karmen
