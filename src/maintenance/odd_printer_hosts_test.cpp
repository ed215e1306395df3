#include "maintenance/odd_printer_hosts.hpp"

#include <gmock/gmock.h>

namespace karmen::maintenance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

Printer printer(const std::string& host, Protocol protocol = Protocol::kHttp) {
    return {.host = host, .name = host, .protocol = protocol};
}

TEST(OddPrinterHosts, AreMalformedOrTwiceTheSameServer) {
    EXPECT_THAT(odd_printer_hosts(std::vector{printer("999.1.1.1"), printer("10.0.0.7:80"), printer("10.0.0.8:"),
                                              printer("10.0.0.7"), printer("10.0.0.9")}),
                ElementsAre(StartsWith("999.1.1.1 (must "), StartsWith("10.0.0.8: (must "), "10.0.0.7:80 = 10.0.0.7"));
}

TEST(OddPrinterHosts, AnotherSpellingOrProtocolIsNotOdd) {
    EXPECT_THAT(odd_printer_hosts(std::vector{printer("10.0.0.7:80"), printer("10.0.0.7:443", Protocol::kHttps),
                                              printer("10.0.0.7/a"), printer("[::1]")}),
                IsEmpty());
}

TEST(OddPrinterHosts, AreShownWithoutControlCharacters) {
    EXPECT_THAT(odd_printer_hosts(std::vector{printer("10.0.0.7:80\n")}),
                ElementsAre(testing::Not(testing::HasSubstr("\n"))));
}

}  // namespace
}  // namespace karmen::maintenance
