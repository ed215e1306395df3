#include "domain/printer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace karmen {
namespace {

TEST(Printer, AFingerprintHasOneForm) {
    const std::string digits = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";
    std::string with_colons;
    for (std::size_t i = 0; i < digits.size(); i += 2) with_colons += (i ? ":" : "") + digits.substr(i, 2);
    const std::string right = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    EXPECT_EQ(parse_tls_fingerprint(digits), right);
    EXPECT_EQ(parse_tls_fingerprint(with_colons), right);
    std::string blanks = with_colons;
    std::ranges::replace(blanks, ':', ' ');
    for (const std::string& wrong : {std::string(), digits.substr(1), digits + "0", "g" + digits.substr(1), blanks,
                                     ":" + with_colons.substr(1), with_colons + ":", with_colons.substr(0, 94) + ":"})
        EXPECT_EQ(parse_tls_fingerprint(wrong), std::nullopt) << wrong;
}

TEST(Printer, EachStateHasAWordOfItsOwnAndACode) {
    std::set<std::string_view> words;
    for (int i = 0; i <= static_cast<int>(PrinterState::kBusy); ++i) {
        const auto state = static_cast<PrinterState>(i);
        EXPECT_TRUE(words.insert(to_string(state)).second) << i;
        EXPECT_EQ(from_word<PrinterState>(to_string(state)), state);
        EXPECT_FALSE(status_code(state).empty());
    }
    EXPECT_EQ(from_word<PrinterState>("new"), std::nullopt);
    EXPECT_NE(status_code(PrinterState::kError), status_code(PrinterState::kOffline));
}

TEST(Printer, SaysWhatIsTheMatterAndWhy) {
    EXPECT_EQ(describe({.state = PrinterState::kPaused, .text = "Paused"}), "Paused");
    EXPECT_EQ(describe(not_responding(PrinterState::kTimeout, "Too slow")), "Printer is not responding: Too slow");
    EXPECT_FALSE(is_responding(PrinterState::kKeyWrong));
    EXPECT_FALSE(is_responding(PrinterState::kInvalidData));
    EXPECT_TRUE(is_responding(PrinterState::kNotConnected));
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

TEST(Printer, NamesAreShortTexts) {
    EXPECT_EQ(printer_name_problem("Prusa \xE6\x97\xA5"), "");
    EXPECT_EQ(printer_name_problem(std::string(255, 'x')), "");
    for (const std::string& name : {std::string(), std::string(256, 'x'), std::string("\xFF")})
        EXPECT_NE(printer_name_problem(name), "") << name;
}

TEST(Printer, ApiKeysFitIntoAHeader) {
    for (const std::string& key : {std::string(), std::string("A1b2-_~"), std::string(256, 'x')})
        EXPECT_EQ(printer_api_key_problem(key), "") << key;
    for (const std::string& key :
         {std::string(257, 'x'), std::string("a b"), std::string("a\r\nX: y"), std::string("\xC3\xA9")})
        EXPECT_NE(printer_api_key_problem(key), "") << key;
}

TEST(Printer, OnlyAPrintUnderWayIsActive) {
    EXPECT_TRUE(has_active_print(PrinterState::kPaused));
    EXPECT_TRUE(has_active_print(PrinterState::kCancelling));
    EXPECT_FALSE(has_active_print(PrinterState::kOperational));
    EXPECT_FALSE(has_active_print(PrinterState::kNotResponding));
}

}  // namespace
}  // namespace karmen
