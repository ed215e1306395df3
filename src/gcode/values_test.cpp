#include "gcode/values.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace karmen::gcode {
namespace {

constexpr auto kNone = std::nullopt;

void check_number(std::string_view text, std::optional<double> expected, std::string_view rest = "") {
    std::string_view left = text;
    EXPECT_EQ(take_number(left), expected) << text;
    EXPECT_EQ(left, expected ? rest : text) << text;
}

TEST(GcodeValues, ReadsNumbers) {
    check_number("215", 215);
    check_number("0.25", 0.25);
    check_number(".5", 0.5);
    check_number("1.", 1);
    check_number("1.2m", 1.2, "m");
    check_number("007,", 7, ",");
    check_number(std::string(4000, '0') + "1", 1);
}

TEST(GcodeValues, RefusesWhatIsNoNumber) {
    for (const char* text : {"", "abc", "-1", "+1", "1.2.3", ".", "..1", "1e999", "1e5", "1E-3", "nan", "inf", " 1"})
        check_number(text, kNone);
    check_number(std::string(4000, '9'), kNone);
}

void check_quantity(std::string_view text, double value, std::string_view unit, std::string_view rest = "") {
    const std::optional<Quantity> quantity = take_quantity(text);
    ASSERT_TRUE(quantity) << text;
    EXPECT_EQ(quantity->value, value);
    EXPECT_EQ(quantity->unit, unit);
    EXPECT_EQ(text, rest);
}

TEST(GcodeValues, ReadsQuantities) {
    check_quantity("78.9mm (0.6cm3)", 78.9, "mm", " (0.6cm3)");
    check_quantity(" 216.5 mm^3", 216.5, "mm^3");
    check_quantity("12", 12, "");
    check_quantity("12 (3)", 12, "", "(3)");
    EXPECT_EQ(parenthesized_quantity(" (0.6cm3)").value_or(Quantity{}).value, 0.6);
    for (const char* text : {"", "0.6cm3", "(", "(0.6cm3", "()", "(0.6cm3 and more)"})
        EXPECT_FALSE(parenthesized_quantity(text)) << text;
}

TEST(GcodeValues, ReadsLists) {
    EXPECT_EQ(first_number("215,210"), 215);
    EXPECT_EQ(first_number("215;210"), 215);
    EXPECT_EQ(first_number("215 ; a remark"), 215);
    using Numbers = std::vector<double>;
    EXPECT_EQ(all_numbers("1.5, 2.5"), (Numbers{1.5, 2.5}));
    EXPECT_EQ(all_numbers("1.5,2.5;3"), (Numbers{1.5, 2.5, 3}));
    EXPECT_EQ(all_numbers("7"), Numbers{7});
    for (const char* text : {"", "abc", "215x", "215%", ",215", "-1", "1.2.3"}) {
        EXPECT_EQ(first_number(text), kNone) << text;
        EXPECT_EQ(all_numbers(text), Numbers()) << text;
        EXPECT_EQ(leading_numbers(text), Numbers()) << text;
    }
    for (const char* text : {"1,", "1,,2", "1,abc", "1,2.3.4", "1,-2"}) {
        EXPECT_EQ(all_numbers(text), Numbers()) << text;
        EXPECT_EQ(leading_numbers(text), Numbers{1}) << text;
    }
    EXPECT_EQ(leading_numbers("60,55 ; a remark"), (Numbers{60, 55}));
}

TEST(GcodeValues, ReadsDurations) {
    EXPECT_EQ(duration_s("1d 2h 3m 4s"), 93784);
    EXPECT_EQ(duration_s("4m 25s"), 265);
    EXPECT_EQ(duration_s("7 hours 37 minutes"), 27420);
    EXPECT_EQ(duration_s("1 hour, 1 minute"), 3660);
    EXPECT_EQ(duration_s("12.5 minutes"), 750);
    EXPECT_EQ(duration_s("40m:36s"), 2436);
    EXPECT_EQ(duration_s("1h20m36s"), 4836);
    EXPECT_EQ(duration_s("3163.8"), 3163.8);
    for (const char* text : {"", "soon", "1x", "1h 2", "2 1h", "1.2.3s", "-1h", "1h and more", "h", "12:34"})
        EXPECT_EQ(duration_s(text), kNone) << text;
}

void check_text(std::string_view text, std::string_view expected) {
    EXPECT_EQ(clean_text(text, 8), expected) << testing::PrintToString(text);
}

TEST(GcodeValues, CleansTexts) {
    check_text("PLA", "PLA");
    check_text("  PLA\t", "PLA");
    check_text("\"PLA\"", "PLA");
    check_text("\"", "\"");
    check_text("P\x01L\x7F\x1B\xC2\x85\x41", "PLA");
    check_text(std::string_view("P\0LA", 4), "PLA");
    check_text("P\xFFL", "P\xEF\xBF\xBDL");
    check_text("\x01\x02", "");
    check_text("123456789", "12345678");
    check_text("1234567\xC3\xA9", "1234567");  // é would not fit whole
    check_text("123456\xC3\xA9x", "123456\xC3\xA9");
    check_text("1234567 9", "1234567");
}

}  // namespace
}  // namespace karmen::gcode
