#include "domain/printer.hpp"

#include <gtest/gtest.h>

namespace karmen {
namespace {

TEST(Printer, KnowsValidHosts) {
    for (const char* host : {"127.0.0.1", "0.0.0.0", "255.255.255.255:65535", "10.0.0.2:1"})
        EXPECT_TRUE(is_valid_printer_host(host)) << host;
    for (const char* host : {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4:", "1.2.3.4:0", "1.2.3.4:65536",
                             "1.2.3.4\n", " 1.2.3.4", "1.2.3.4:80/x", "user@1.2.3.4", "printer.local", "[::1]",
                             "01.2.3.4", "1.2.3.+4", "1.2.3.4:80:80", "1..3.4", "1.2.3.4:080"})
        EXPECT_FALSE(is_valid_printer_host(host)) << host;
}

TEST(Printer, MasksApiKeys) {
    EXPECT_EQ(masked_api_key("ABCDEFGH"), "AB******");
    EXPECT_EQ(masked_api_key("ABCDEFG"), "*******");
    EXPECT_EQ(masked_api_key(""), std::nullopt);
    EXPECT_EQ(masked_api_key(std::nullopt), std::nullopt);
}

TEST(Printer, ReadsTheAccessLevelsThatItWrites) {
    for (const AccessLevel level :
         {AccessLevel::kUnknown, AccessLevel::kUnlocked, AccessLevel::kReadOnly, AccessLevel::kProtected})
        EXPECT_EQ(parse_access_level(to_string(level)), level);
    EXPECT_EQ(parse_access_level("uknown"), AccessLevel::kUnknown);
}

TEST(Printer, OnlyAPrintUnderWayIsActive) {
    EXPECT_TRUE(has_active_print(PrinterState::kPaused));
    EXPECT_TRUE(has_active_print(PrinterState::kCancelling));
    EXPECT_FALSE(has_active_print(PrinterState::kOperational));
    EXPECT_FALSE(has_active_print(PrinterState::kNotResponding));
}

}  // namespace
}  // namespace karmen
